import { type Matter, subjects, substitutes } from '../matter';

const frozen: Matter = {
  topic: 'computers',
  about: 'a frozen screen',
  act: 'restart {S}',
  general: 'a device',
  ask: ['which device is it', 'what kind of device is it'],
  subjects: subjects(
    ['a laptop', 'ten seconds', 'hold the power button'],
    ['a phone', 'twenty seconds', 'hold both side buttons'],
    ['a tablet', 'five seconds', 'hold the top button'],
    ['a printer', 'one minute', 'pull the plug'],
    ['a router', 'thirty seconds', 'switch it off'],
    ['a tv', 'two minutes', 'cut the power at the wall'],
  ),
  lasting: true,
  avoid: ['open the case', 'take the case off'],
  why: ['an open case can shock you'],
  next: ['call the support line', 'ask the support line'],
  substitutes: substitutes(['a charger', 'a usb cable'], ['a manual', 'the support page']),
};

const file: Matter = {
  topic: 'computers',
  about: 'a file',
  act: 'send {S} by email',
  general: 'a large file',
  ask: ['what kind of file is it', 'which file is it'],
  subjects: subjects(
    ['a photo', 'two minutes', 'make it smaller'],
    ['a video', 'twenty minutes', 'lower the quality'],
    ['a long text', 'one minute', 'save it as a pdf'],
    ['a song', 'three minutes', 'turn it into an mp3'],
    ['a drawing', 'five minutes', 'scan it as a png'],
    ['a spreadsheet', 'thirty seconds', 'save it as a csv'],
  ),
  lasting: false,
  avoid: ['send it as it is', 'send it unchanged'],
  why: ['large files get stuck'],
  next: ['send a link to it', 'share a link to it'],
  substitutes: substitutes(['a computer', 'your phone'], ['a scanner', 'your phone camera']),
};

const account: Matter = {
  topic: 'computers',
  about: 'a lost password',
  act: 'get back into {S}',
  general: 'an account',
  ask: ['which account is it', 'what kind of account is it'],
  subjects: subjects(
    ['an email account', 'five minutes', 'use the reset link', 'click the reset link'],
    ['a bank account', 'two days', 'call the bank'],
    ['a school account', 'one day', 'ask the school office'],
    ['a game account', 'one minute', 'enter the backup code'],
    ['a work account', 'one hour', 'ask the help desk'],
    ['a shop account', 'ten minutes', 'order a new password'],
  ),
  lasting: false,
  avoid: ['use the old password again', 'take the old password again'],
  why: ['one leak can open everything'],
  next: ['write to the support team'],
  substitutes: substitutes(['a phone number', 'a second email'], ['a passport', 'a driving license']),
};

export const COMPUTER: readonly Matter[] = [frozen, file, account];
