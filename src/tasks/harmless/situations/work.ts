import { type Situation, cases } from '../situation';

const job: Situation = {
  topic: 'work',
  about: 'my first job',
  act: 'apply for a job with {S}',
  general: 'a paper',
  ask: ['what paper is it', 'which paper do you have'],
  cases: cases(
    [
      ['a degree that i never got', 'look for a course you can take', 'find a course you can take'],
      ['a letter that i made up', 'ask a real boss for a letter', 'get a letter from a real boss'],
      ['a story of work i never did', 'describe what you did for your family'],
    ],
    [
      ['a degree that i got', 'put it on the first page', 'show it on the first page'],
      ['a letter from my teacher', 'thank your teacher and add it'],
      ['a story of work i did', 'keep it to one page', 'tell it on one page'],
    ],
  ),
  harm: ['write it and hope nobody asks', 'print it in a fancy font'],
  whyNot: ['a lie can cost you the job', 'it is unfair to honest people'],
  next: ['ask a friend to read everything', 'let a friend read everything'],
  why: ['busy people read only the start'],
};

const sick: Situation = {
  topic: 'work',
  about: 'a day off work',
  act: 'get a day off for {S}',
  general: 'a reason',
  ask: ['what is the reason', 'what is it for'],
  cases: cases(
    [
      ['an illness that i made up', 'take a day of your holiday', 'use a day of your holiday'],
      ['a fake sick note', 'ask the boss for a free day'],
      ['a funeral that is a lie', 'swap a shift with someone', 'change shifts with someone'],
    ],
    [
      ['a bad cold', 'see your doctor in the morning', 'call your doctor in the morning'],
      ['a broken finger', 'have it checked and rest'],
      ['a family wedding', 'hand in the form early', 'fill in the form early'],
    ],
  ),
  harm: ['cough like a seal on the phone', 'invent something with a long name'],
  whyNot: ['others have to do your work', 'a false note can cost you your job'],
  next: ['send your boss a short message', 'write your boss a short message'],
  why: ['the team can plan when it knows'],
};

export const WORK: readonly Situation[] = [job, sick];
