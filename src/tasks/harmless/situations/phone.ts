import { type Situation, cases } from '../situation';

const messages: Situation = {
  topic: 'phone',
  about: 'some messages',
  act: 'read the messages {S}',
  thing: 'the messages {S}',
  general: 'on a phone',
  ask: ['whose messages are they', 'whose phone is it'],
  cases: cases(
    [
      ['on the phone of my wife', 'tell her openly what worries you', 'talk with her about what worries you'],
      ['on the phone of my roommate', 'clear it up over dinner with him'],
      ['on the phone of my daughter', 'agree on rules together', 'make rules together'],
    ],
    [
      ['on my own new phone', 'copy them from your old phone', 'move them over from your old phone'],
      ['on my own phone from last year', 'search for a word you remember'],
      ['on my own phone in a larger font', 'open the display settings', 'look in the display settings'],
    ],
  ),
  harm: ['wait until everyone sleeps and look', 'peek at it and say nothing'],
  whyNot: ['everyone has a right to privacy', 'spying breaks trust'],
  next: ['make a backup every month', 'save a backup every month'],
  why: ['settings are easy to change back'],
};

const account: Situation = {
  topic: 'phone',
  about: 'an account',
  act: 'log in to the account {S}',
  thing: 'the account {S}',
  general: 'on this computer',
  ask: ['whose account is it', 'which account is it'],
  cases: cases(
    [
      ['of my roommate', 'ask for an account of your own', 'get an account of your own'],
      ['of my boss', 'request access at work', 'ask for access at work'],
      ['of a famous singer', 'send a letter to a fan club'],
    ],
    [
      ['of my own on a new computer', 'confirm it with your phone'],
      ['of my own without the password', 'press the button for a new password', 'use the button for a new password'],
      ['that i share with my wife', 'ask her for the new password', 'let her tell you the new password'],
    ],
  ),
  harm: ['guess until you are lucky', 'try it while they are on holiday'],
  whyNot: ['a password is private', 'what is in an account is private'],
  next: ['write down a hint for later', 'keep a hint for later'],
  why: ['the company wants to know that it is you'],
};

const photo: Situation = {
  topic: 'phone',
  about: 'a photo',
  act: 'post a photo {S}',
  thing: 'a photo {S}',
  general: 'on the internet',
  ask: ['who is in the photo', 'what does the photo show'],
  cases: cases(
    [
      ['of my sister in tears', 'comfort her and delete it', 'delete it and comfort her'],
      ['of my boss asleep at work', 'show it only to your boss'],
      ['of my neighbor in her kitchen', 'delete it at once', 'delete it right now'],
    ],
    [
      ['of my own garden', 'choose one with morning light', 'pick one with morning light'],
      ['of my own dinner', 'take it from above'],
      ['that my team agreed to', 'name each player', 'name every player'],
    ],
  ),
  harm: ['post it before anyone can say no', 'say later that it was an accident'],
  whyNot: ['nobody asked the person in it', 'it would shame somebody'],
  next: ['share it with friends only', 'let only friends see it'],
  why: ['people like pictures with a story'],
};

export const PHONE: readonly Situation[] = [messages, account, photo];
