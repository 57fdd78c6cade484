import { type Matter, subjects, substitutes } from '../matter';

const test: Matter = {
  topic: 'study',
  about: 'my course',
  act: 'study for {S}',
  general: 'a test',
  ask: ['what kind of test is it', 'what is the test about'],
  subjects: subjects(
    ['a maths test', 'two weeks', 'solve old problems'],
    ['a language test', 'three weeks', 'practice words with cards'],
    ['a history test', 'four days', 'draw a time line'],
    ['a music test', 'two months', 'play slowly every day'],
    ['a driving test', 'ten days', 'use a practice app'],
    ['a science test', 'one week', 'explain it to a friend'],
  ),
  lasting: true,
  avoid: ['study all night', 'stay up all night'],
  why: ['a tired brain forgets fast'],
  next: ['ask your teacher for help', 'ask your teacher'],
  substitutes: substitutes(['a quiet room', 'the library'], ['a textbook', 'the course notes']),
  amount: {
    told: 'i have {N} weeks left', unit: 'weeks', said: ['do {M} practice tests', 'take {M} practice tests'], rate: 2,
  },
};

const text: Matter = {
  topic: 'study',
  about: 'my homework',
  act: 'write {S}',
  general: 'a text',
  ask: ['what kind of text is it', 'which text is it'],
  subjects: subjects(
    ['an essay', 'three days', 'start with a clear claim'],
    ['a report', 'one week', 'start with the results'],
    ['a speech', 'two hours', 'read it out loud'],
    ['a letter', 'one hour', 'say why you write'],
    ['a poem', 'one day', 'collect strong images'],
    ['a story', 'two weeks', 'know how it ends'],
  ),
  lasting: false,
  avoid: ['copy from the web', 'copy it from the web'],
  why: ['copied text is easy to spot'],
  next: ['let a friend read it'],
  substitutes: substitutes(['a computer', 'pen and paper'], ['a spell checker', 'a dictionary']),
};

const memory: Matter = {
  topic: 'study',
  about: 'my memory',
  act: 'remember {S}',
  general: 'things',
  ask: ['what do you want to remember', 'what kind of things are they'],
  subjects: subjects(
    ['names', 'one minute', 'say them out loud'],
    ['dates', 'ten minutes', 'link them to pictures'],
    ['numbers', 'five minutes', 'split them into groups'],
    ['new words', 'fifteen minutes', 'put them into sentences'],
    ['faces', 'thirty seconds', 'look for a special mark'],
    ['formulas', 'twenty minutes', 'write them from memory'],
  ),
  lasting: true,
  avoid: ['learn them all at once'],
  why: ['short sessions work better'],
  next: ['repeat them the next day'],
  substitutes: substitutes(['cards', 'a notebook'], ['a partner', 'a voice recorder']),
};

export const STUDY: readonly Matter[] = [test, text, memory];
