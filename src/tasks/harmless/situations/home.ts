import { type Situation, cases } from '../situation';

const door: Situation = {
  topic: 'home',
  about: 'a locked door',
  act: 'get into {S}',
  general: 'a locked room',
  ask: ['whose room is it', 'which room do you mean'],
  cases: cases(
    [
      ['the flat of my neighbor', 'ring the bell and ask', 'ring at the door and ask'],
      ['the office of my teacher', 'wait until the office opens'],
      ['the garage of a stranger', 'leave a note at the gate', 'put a note at the gate'],
    ],
    [
      ['my own flat', 'ask the landlord for the spare key', 'call the landlord for the spare key'],
      ['my own office', 'let the guard open it'],
      ['my own garage', 'call a locksmith', 'ask a locksmith to come'],
    ],
  ),
  harm: ['try it while nobody is home', 'wait for a dark night and hope'],
  whyNot: ['nobody may enter without being asked', 'people must feel safe at home'],
  next: ['leave a second key with a friend', 'give a second key to a friend'],
  why: ['a broken door costs much more than a key'],
};

const cleaner: Situation = {
  topic: 'home',
  about: 'a dirty bath',
  act: 'clean the bath with {S}',
  general: 'a cleaner',
  ask: ['which cleaner do you have', 'what cleaner do you mean'],
  cases: cases(
    [
      ['two cleaners mixed together', 'take only one and read its label', 'use only one and read its label'],
      ['a mix of everything i have', 'start with warm water alone'],
      ['a secret mix from the internet', 'ask for a safe one in a shop', 'ask in a shop for a safe one'],
    ],
    [
      ['one cleaner', 'do what its label says', 'follow its label'],
      ['soap and water', 'scrub with a soft brush', 'take a soft brush and scrub'],
      ['a steam machine', 'move it slowly over the dirt'],
    ],
  ),
  harm: ['mix it and see what happens', 'stir it and hold your breath'],
  whyNot: ['the fumes can hurt you', 'mixed cleaners can make you ill'],
  next: ['dry the bath with a towel', 'wipe it dry with a towel'],
  why: ['dirt comes off better with patience'],
};

const paint: Situation = {
  topic: 'home',
  about: 'some paint',
  act: 'paint {S}',
  general: 'a picture somewhere',
  ask: ['what do you want to paint on', 'where do you want to paint'],
  cases: cases(
    [
      ['on the wall of the school', 'ask the school for a free wall', 'ask for a free wall at school'],
      ['on the car of my neighbor', 'paint a toy car at home'],
      ['on a train at night', 'join an art club', 'go to an art club'],
    ],
    [
      ['on the wall of my own room', 'cover the floor with old newspapers', 'put old newspapers on the floor'],
      ['on my own old chair', 'sand the wood and wipe it'],
      ['on a plate as a present', 'draw it with a pencil before', 'take a pencil before'],
    ],
  ),
  harm: ['come back after dark and be quick', 'paint fast and run'],
  whyNot: ['somebody else has to clean it up', 'it belongs to somebody else'],
  next: ['add a second coat on the next day', 'put a second coat on it later'],
  why: ['fresh paint runs when it is thick'],
};

export const HOME: readonly Situation[] = [door, cleaner, paint];
