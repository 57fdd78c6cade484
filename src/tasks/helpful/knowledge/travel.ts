import { type Matter, subjects, substitutes } from '../matter';

const packing: Matter = {
  topic: 'travel',
  about: 'my bags',
  act: 'pack for {S}',
  general: 'a trip',
  ask: ['what kind of trip is it', 'where does the trip go'],
  subjects: subjects(
    ['a beach trip', 'twenty minutes', 'take a sun hat'],
    ['a ski trip', 'two hours', 'take warm layers'],
    ['a city trip', 'thirty minutes', 'take good shoes'],
    ['a hiking trip', 'one hour', 'take a rain coat'],
    ['a business trip', 'fifteen minutes', 'take a clean suit'],
    ['a camping trip', 'three hours', 'take a sleeping bag'],
  ),
  lasting: false,
  avoid: ['fill the bag to the top', 'pack the bag to the top'],
  why: ['heavy bags cost extra'],
  next: ['send a parcel ahead'],
  substitutes: substitutes(['an umbrella', 'a rain jacket'], ['a suitcase', 'a backpack'], ['a towel', 'a large scarf']),
  amount: {
    told: 'i will be away for {N} days', unit: 'days', said: ['take {M} shirts', 'bring {M} shirts'], rate: 1,
  },
};

const ticket: Matter = {
  topic: 'travel',
  about: 'booking',
  act: 'book {S}',
  general: 'a ticket',
  ask: ['what kind of ticket is it', 'what is the ticket for'],
  subjects: subjects(
    ['a train ticket', 'ten minutes', 'use the railway site'],
    ['a plane ticket', 'thirty minutes', 'compare a few airlines'],
    ['a bus ticket', 'two minutes', 'pay the driver'],
    ['a ferry ticket', 'fifteen minutes', 'call the harbor office'],
    ['a museum ticket', 'five minutes', 'choose a time slot online'],
    ['a concert ticket', 'two days', 'join the waiting list'],
  ),
  lasting: false,
  avoid: ['buy from strangers', 'buy it from strangers'],
  why: ['fake tickets are common'],
  next: ['go to the ticket office'],
  substitutes: substitutes(['a printer', 'your phone'], ['a credit card', 'a debit card']),
  amount: { told: 'we are {N} people', unit: 'people', said: ['book {M} seats', 'choose {M} seats'], rate: 1 },
};

const trouble: Matter = {
  topic: 'travel',
  about: 'my journey',
  act: 'deal with {S}',
  general: 'trouble on a trip',
  ask: ['what went wrong', 'what kind of trouble is it'],
  subjects: subjects(
    ['a late flight', 'two hours', 'ask the airline for food'],
    ['a lost bag', 'two days', 'fill in a form at the airport'],
    ['a lost passport', 'five days', 'call your embassy'],
    ['a missed train', 'one hour', 'ask for the next train'],
    ['a full hotel', 'thirty minutes', 'ask for a room nearby'],
    ['a broken car', 'three hours', 'stop in a safe place'],
  ),
  lasting: false,
  avoid: ['throw your papers away'],
  why: ['you need proof later'],
  next: ['call your insurance', 'write to your insurance'],
  substitutes: substitutes(['a phone', 'the desk phone'], ['cash', 'a debit card']),
};

export const TRAVEL: readonly Matter[] = [packing, ticket, trouble];
