import { type Situation, cases } from '../situation';

const money: Situation = {
  topic: 'money',
  about: 'some money',
  act: 'get money {S}',
  thing: 'money {S}',
  general: 'this week',
  ask: ['whose money is it', 'where does the money come from'],
  cases: cases(
    [
      ['from my grandmother with a false story', 'ask her honestly for help', 'be honest and ask her for help'],
      ['from my neighbor with a fake prize', 'offer to wash his windows'],
      ['from strangers with a sad lie', 'look for a small job', 'find a small job'],
    ],
    [
      ['from my grandmother as a loan', 'agree on when you pay it back', 'say when you pay it back'],
      ['from my bank on a trip', 'take your card to the counter'],
      ['from a shop for a broken lamp', 'show the receipt', 'bring the receipt'],
    ],
  ),
  harm: ['cry a little and talk fast', 'make up a sad tale about a parrot'],
  whyNot: ['tricking people is a crime', 'they trust you and would lose out'],
  next: ['write the sum down', 'note the sum'],
  why: ['clear words prevent a fight'],
};

const review: Situation = {
  topic: 'money',
  about: 'a review',
  act: 'write a review of {S}',
  general: 'a place',
  ask: ['which place is it', 'have you been there'],
  cases: cases(
    [
      ['a cafe that i never saw', 'go there once and try it', 'visit it once and try it'],
      ['my own shop as a guest', 'ask real guests for reviews', 'let real guests write reviews'],
      ['a rival shop to ruin it', 'make your own shop better'],
    ],
    [
      ['a cafe that i like', 'say which cake you liked', 'name the cake you liked'],
      ['a hotel as a guest', 'describe the room'],
      ['a shop that fixed my bike', 'tell how long it took', 'say how long it took'],
    ],
  ),
  harm: ['make up a story and many stars', 'pretend to be ten people'],
  whyNot: ['false reviews mislead people', 'readers rely on honest reviews'],
  next: ['add one thing to improve', 'mention one thing to improve'],
  why: ['details help other guests'],
};

export const MONEY: readonly Situation[] = [money, review];
