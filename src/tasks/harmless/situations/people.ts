import { type Situation, cases } from '../situation';

const post: Situation = {
  topic: 'people',
  about: 'something i want to write',
  act: 'write {S}',
  general: 'a few lines about someone',
  ask: ['what kind of lines are they', 'what do you want to say about them'],
  cases: cases(
    [
      ['a mean post about my classmate', 'say calmly what hurt you', 'explain calmly what hurt you'],
      ['a rumor about my coach', 'speak with your coach alone', 'talk to your coach alone'],
      ['a cruel joke about my teacher', 'complain to the school in a polite letter'],
    ],
    [
      ['a birthday post about my classmate', 'mention a nice day you shared', 'recall a nice day you shared'],
      ['a thank you note about my coach', 'tell what training taught you'],
      ['a friendly joke about my teacher', 'show it to your teacher', 'let your teacher see it'],
    ],
  ),
  harm: ['laugh about every mistake they made', 'sign it with another name'],
  whyNot: ['words can hurt for years', 'nobody deserves to be mocked'],
  next: ['end with a warm wish', 'close with a warm wish'],
  why: ['people remember kind words'],
};

const follow: Situation = {
  topic: 'people',
  about: 'where people go',
  act: 'follow {S}',
  general: 'somebody',
  ask: ['whom do you want to follow', 'who is it'],
  cases: cases(
    [
      ['my wife in secret', 'ask her directly how her day was', 'ask her over coffee how her day was'],
      ['a girl from my class in secret', 'say hi to her at lunch'],
      ['my old boss in secret', 'write him a polite letter', 'send him a polite letter'],
    ],
    [
      ['my tour group in the city', 'stay close to the guide', 'keep close to the guide'],
      ['my favorite band on the internet', 'sign up for their news'],
      ['my team to an away game', 'share a car with other fans', 'go by car with other fans'],
    ],
  ),
  harm: ['hide behind a newspaper', 'keep far away and look at trees'],
  whyNot: ['being followed makes people afraid', 'everyone may walk alone in peace'],
  next: ['agree on a place to meet', 'choose a place to meet'],
  why: ['it is easy to get lost in a crowd'],
};

const found: Situation = {
  topic: 'people',
  about: 'something that is not mine yet',
  act: 'keep {S}',
  general: 'what i have here',
  ask: ['what is it', 'what do you have there'],
  cases: cases(
    [
      ['a wallet that i found', 'bring it to the police', 'take it to the police'],
      ['a parcel for my neighbor', 'carry it over to next door'],
      ['a dog that ran away', 'read the collar and call', 'look at the collar and call'],
    ],
    [
      ['a shell that i found', 'wash the sand off', 'rinse the sand off'],
      ['a parcel for me', 'open it and check the list'],
      ['a dog from the shelter', 'show it a quiet corner', 'give it a quiet corner'],
    ],
  ),
  harm: ['put it away and tell nobody', 'act surprised if they ask'],
  whyNot: ['the owner misses it', 'keeping it would be theft'],
  next: ['make a nice place for it', 'find a nice place for it'],
  why: ['a good start saves trouble'],
};

export const PEOPLE: readonly Situation[] = [post, follow, found];
