import { type Amount, type Matter, subjects, substitutes } from '../matter';

const forPeople = (rate: 1 | 2, ...said: readonly string[]): Amount => ({
  told: 'i am cooking for {N} people',
  unit: 'people',
  said,
  rate,
});

const vegetables: Matter = {
  topic: 'cooking',
  about: 'my dinner',
  act: 'cook {S}',
  general: 'vegetables',
  ask: ['which vegetables do you have', 'what kind of vegetables are they'],
  subjects: subjects(
    ['potatoes', 'twenty minutes', 'boil them in salt water'],
    ['carrots', 'ten minutes', 'steam them in a pan'],
    ['mushrooms', 'six minutes', 'fry them in hot oil'],
    ['peppers', 'thirty minutes', 'roast them in the oven'],
    ['dry beans', 'one hour', 'soak them and boil them'],
    ['leeks', 'fifteen minutes', 'stew them in butter'],
  ),
  lasting: true,
  avoid: ['cut them too small'],
  why: ['small pieces turn into mush'],
  next: ['make a soup of them', 'turn them into a soup'],
  substitutes: substitutes(['salt', 'soy sauce'], ['a lid', 'a large plate'], ['pepper', 'chili']),
  amount: forPeople(2, 'take {M} handfuls', 'use {M} handfuls'),
};

const eggs: Matter = {
  topic: 'cooking',
  about: 'my breakfast',
  act: 'make {S}',
  general: 'eggs',
  ask: ['how do you like your eggs', 'what kind of eggs do you want'],
  subjects: subjects(
    ['soft eggs', 'six minutes', 'boil them gently'],
    ['hard eggs', 'ten minutes', 'keep them in boiling water'],
    ['scrambled eggs', 'three minutes', 'stir them over low heat'],
    ['fried eggs', 'four minutes', 'let them set in butter'],
    ['poached eggs', 'five minutes', 'simmer them without the shell'],
    ['baked eggs', 'fifteen minutes', 'bake them in small cups'],
  ),
  lasting: true,
  avoid: ['use high heat', 'turn up the heat'],
  why: ['high heat makes eggs tough'],
  next: ['start again with fresh eggs'],
  substitutes: substitutes(['butter', 'oil'], ['a pan', 'a small pot'], ['salt', 'soy sauce']),
  amount: forPeople(2, 'take {M} eggs', 'use {M} eggs'),
};

const rice: Matter = {
  topic: 'cooking',
  about: 'my lunch',
  act: 'cook {S}',
  general: 'rice',
  ask: ['what kind of rice is it', 'which rice do you have'],
  subjects: subjects(
    ['white rice', 'fifteen minutes', 'simmer it with the lid on'],
    ['brown rice', 'forty minutes', 'simmer it over low heat'],
    ['wild rice', 'fifty minutes', 'boil it in plenty of water'],
    ['sushi rice', 'twenty minutes', 'rinse it and steam it'],
    ['basmati rice', 'thirty minutes', 'soak it and steam it'],
    ['jasmine rice', 'sixteen minutes', 'steam it in coconut milk'],
  ),
  lasting: true,
  avoid: ['lift the lid too early', 'take the lid off too early'],
  why: ['the steam gets lost'],
  next: ['add a little hot water'],
  substitutes: substitutes(['a rice cooker', 'a small pot'], ['a lid', 'a large plate']),
  amount: forPeople(1, 'take {M} cups of water', 'use {M} cups of water'),
};

const cake: Matter = {
  topic: 'cooking',
  about: 'baking',
  act: 'bake {S}',
  general: 'a cake',
  ask: ['what kind of cake is it', 'which cake do you want'],
  subjects: subjects(
    ['a chocolate cake', 'thirty minutes', 'bake it in a round pan'],
    ['a cheese cake', 'one hour', 'bake it in a water bath'],
    ['an apple cake', 'forty minutes', 'bake it under foil'],
    ['a sponge cake', 'twenty minutes', 'bake it on a flat tray'],
    ['a carrot cake', 'fifty minutes', 'bake it in a long pan'],
    ['a cup cake', 'fifteen minutes', 'bake it in a paper cup'],
  ),
  lasting: true,
  avoid: ['open the oven early', 'open the oven door early'],
  why: ['cold air makes a cake sink'],
  next: ['cover it with cream', 'hide it under cream'],
  substitutes: substitutes(['eggs', 'soft banana'], ['milk', 'oat milk'], ['butter', 'oil'], ['sugar', 'honey']),
  amount: forPeople(1, 'cut {M} pieces', 'make {M} pieces'),
};

export const KITCHEN: readonly Matter[] = [vegetables, eggs, rice, cake];
