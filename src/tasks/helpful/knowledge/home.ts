import { type Matter, subjects, substitutes } from '../matter';

const stain: Matter = {
  topic: 'household',
  about: 'my laundry',
  act: 'get {S} out of a shirt',
  general: 'a stain',
  ask: ['what made the stain', 'what kind of stain is it'],
  subjects: subjects(
    ['red wine', 'five minutes', 'cover it with salt', 'put salt on it'],
    ['coffee', 'ten minutes', 'rinse it with cold water', 'run cold water through it'],
    ['grease', 'fifteen minutes', 'cover it with dish soap', 'put dish soap on it'],
    ['ink', 'two minutes', 'dab it with alcohol'],
    ['blood', 'thirty minutes', 'soak it in cold salt water'],
    ['grass', 'one hour', 'soak it in vinegar'],
  ),
  lasting: true,
  avoid: ['rub it', 'rub the stain'],
  why: ['rubbing pushes the stain deeper'],
  next: ['take it to a dry cleaner', 'ask a dry cleaner'],
  substitutes: substitutes(['a cloth', 'a paper towel'], ['a bowl', 'the sink'], ['a washing machine', 'your hands']),
};

const drain: Matter = {
  topic: 'household',
  about: 'a blocked drain',
  act: 'clear {S}',
  general: 'a drain',
  ask: ['which drain is it', 'where is the drain'],
  subjects: subjects(
    ['a kitchen sink', 'ten minutes', 'pour hot water and dish soap down'],
    ['a shower', 'five minutes', 'pull the hair out with a hook'],
    ['a toilet', 'two minutes', 'push a plunger up and down'],
    ['a bathtub', 'twenty minutes', 'pour baking soda and vinegar down'],
    ['a floor drain', 'fifteen minutes', 'lift the cover and take the mud out'],
    ['a washing machine', 'thirty minutes', 'clean the filter at the bottom'],
  ),
  lasting: false,
  avoid: ['mix two cleaners', 'use two cleaners at once'],
  why: ['mixed cleaners can make toxic gas'],
  next: ['call a plumber', 'let a plumber look at it'],
  substitutes: substitutes(['a bucket', 'a large pot'], ['gloves', 'plastic bags'], ['a wire', 'an old hanger']),
};

const table: Matter = {
  topic: 'household',
  about: 'cleaning',
  act: 'clean {S}',
  general: 'a table',
  ask: ['what is the table made of', 'which kind of table is it'],
  subjects: subjects(
    ['a glass table', 'five minutes', 'wipe it with vinegar'],
    ['a wooden table', 'ten minutes', 'wipe it with a damp cloth'],
    ['a marble table', 'fifteen minutes', 'wash it with mild soap'],
    ['a steel table', 'twenty minutes', 'polish it with baking soda'],
    ['a plastic table', 'three minutes', 'wash it with warm water'],
    ['a painted table', 'four minutes', 'dust it with a soft brush'],
  ),
  lasting: false,
  avoid: ['use a rough sponge', 'clean with a rough sponge'],
  why: ['a rough sponge leaves scratches'],
  next: ['buy a special cleaner', 'try a special cleaner'],
  substitutes: substitutes(['a cloth', 'an old shirt'], ['soap', 'shampoo'], ['a brush', 'an old toothbrush']),
};

const plant: Matter = {
  topic: 'household',
  about: 'my plants',
  act: 'save {S}',
  general: 'a sick plant',
  ask: ['what kind of plant is it', 'which plant is it'],
  subjects: subjects(
    ['a cactus', 'two weeks', 'keep it dry', 'let the soil dry out'],
    ['a fern', 'one week', 'spray it with water'],
    ['an orchid', 'one month', 'cut the dead roots off'],
    ['a rose', 'three weeks', 'cut the old flowers off'],
    ['a pot of basil', 'ten days', 'cut the top leaves off'],
    ['a palm', 'two months', 'move it out of the sun'],
  ),
  lasting: false,
  avoid: ['water it every day', 'give it water every day'],
  why: ['too much water makes roots rot'],
  next: ['give it a bigger pot', 'move it to a bigger pot'],
  substitutes: substitutes(['a spray bottle', 'a wet sponge'], ['plant food', 'old coffee']),
};

export const HOME: readonly Matter[] = [stain, drain, table, plant];
