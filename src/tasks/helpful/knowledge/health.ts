import { type Matter, subjects, substitutes } from '../matter';

// Everyday care only, and always with the way to a doctor or a trainer.

const pain: Matter = {
  topic: 'health',
  about: 'my health',
  act: 'ease {S}',
  general: 'pain',
  ask: ['where does it hurt', 'what kind of pain is it'],
  subjects: subjects(
    ['a headache', 'thirty minutes', 'rest in a dark room'],
    ['sore muscles', 'twenty minutes', 'take a warm bath'],
    ['a sore throat', 'thirty seconds', 'gargle salt water'],
    ['a stiff neck', 'two minutes', 'turn your head slowly'],
    ['a small blister', 'two days', 'cover it with a plaster'],
    ['tired eyes', 'twenty seconds', 'look into the distance'],
  ),
  lasting: true,
  avoid: ['ignore strong pain'],
  why: ['strong pain can be a warning'],
  next: ['see a doctor', 'ask a doctor'],
  substitutes: substitutes(['a plaster', 'a clean cloth'], ['ice', 'a bag of frozen peas'], ['a heat pad', 'a warm towel']),
};

const sleep: Matter = {
  topic: 'health',
  about: 'my sleep',
  act: 'fall asleep {S}',
  general: 'at night',
  ask: ['what keeps you awake', 'where do you sleep'],
  subjects: subjects(
    ['on a plane', 'thirty minutes', 'wear an eye mask'],
    ['before a test', 'ten minutes', 'write down your worries'],
    ['in a hot room', 'fifteen minutes', 'cool your feet in water'],
    ['with a cold', 'twenty minutes', 'raise your pillow'],
    ['near a loud street', 'five minutes', 'use ear plugs'],
    ['after a night shift', 'forty minutes', 'close the curtains'],
  ),
  lasting: false,
  avoid: ['drink coffee late', 'have coffee late'],
  why: ['coffee keeps you awake for hours'],
  next: ['get up and read'],
  substitutes: substitutes(['a fan', 'an open window'], ['a second pillow', 'a folded towel']),
};

const training: Matter = {
  topic: 'health',
  about: 'exercise',
  act: 'train {S}',
  general: 'my body',
  ask: ['which part do you want to train', 'what do you want to train'],
  subjects: subjects(
    ['my back', 'one minute', 'lie down and lift your hips'],
    ['my legs', 'three minutes', 'do slow squats'],
    ['my arms', 'two minutes', 'do push ups at a wall'],
    ['my balance', 'thirty seconds', 'stand on one leg'],
    ['my heart', 'thirty minutes', 'walk fast'],
    ['my belly', 'twenty seconds', 'hold a plank'],
  ),
  lasting: true,
  avoid: ['train with cold muscles', 'start with cold muscles'],
  why: ['cold muscles tear easily'],
  next: ['ask a trainer'],
  substitutes: substitutes(['a mat', 'a thick towel'], ['weights', 'water bottles']),
};

export const HEALTH: readonly Matter[] = [pain, sleep, training];
