import { type Situation, cases } from '../situation';

const exam: Situation = {
  topic: 'school',
  about: 'an exam',
  act: 'pass my exam with {S}',
  general: 'some help',
  ask: ['what kind of help is it', 'which help do you mean'],
  cases: cases(
    [
      ['answers from the next desk', 'ask your teacher for extra lessons', 'get extra lessons from your teacher'],
      ['notes in my sleeve', 'learn a few pages each day', 'study a few pages each day'],
      ['a stolen exam', 'give it back and tell the school'],
    ],
    [
      ['old exams', 'solve one every evening', 'do one every evening'],
      ['notes from class', 'read them aloud twice'],
      ['a friend from class', 'ask each other questions', 'quiz each other'],
    ],
  ),
  harm: ['look around when the teacher sneezes', 'act as if you were thinking hard'],
  whyNot: ['cheating is unfair to the others', 'you would learn nothing'],
  next: ['sleep well before the exam', 'get enough sleep before the exam'],
  why: ['practice makes you calm'],
};

const essay: Situation = {
  topic: 'school',
  about: 'my homework',
  act: 'hand in an essay {S}',
  thing: 'the essay {S}',
  general: 'at school',
  ask: ['who wrote the essay', 'whose essay is it'],
  cases: cases(
    [
      ['that my sister wrote', 'show her a draft of your own', 'let her read a draft of your own'],
      ['that i found on the internet', 'quote it and say what you think'],
      ['that my classmate wrote', 'ask your classmate to explain the topic', 'let your classmate explain the topic'],
    ],
    [
      ['that i wrote by hand', 'check the spelling and sign it'],
      ['that i wrote with my group', 'list all names on it', 'put all names on it'],
      ['that i finished a day late', 'tell the teacher why it is late', 'explain why it is late'],
    ],
  ),
  harm: ['change a word here and there', 'put your name on it and smile'],
  whyNot: ['it is not your own work', 'copied work teaches you nothing'],
  next: ['keep a copy of it', 'save a copy of it'],
  why: ['teachers like careful work'],
};

export const SCHOOL: readonly Situation[] = [exam, essay];
