import type { Scenario } from '../scenario';

const boss: Scenario = {
  topic: 'work',
  others: [
    ['my boss', 'she'],
    ['my manager', 'he'],
    ['my team leader', 'she'],
  ],
  intros: ['i work in a small team under {O}', 'my job is fine except for {O}', 'i report to {O}'],
  units: ['weeks', 'months'],
  feelings: ['tired', 'stressed', 'angry', 'nervous'],
  places: ['at the office', 'in meetings', 'in front of clients'],
  narrators: 'role',
  events: [
    { ing: 'calling me on $x', also: ['calls me on $x'], things: ['my day off', 'weekends', 'holidays'], places: [] },
    {
      ing: 'giving my $x to someone else',
      also: ['hands my $x to other people'],
      things: ['shifts', 'projects', 'tasks'],
      places: [],
    },
    { ing: 'shouting at $x', also: ['loses $his temper with $x'], things: ['me', 'the whole team', 'the new intern'] },
    { ing: 'taking credit for my $x', also: ['acts like my $x are $his'], things: ['ideas', 'reports', 'results'] },
  ],
  asks: [
    { kind: 'should', verbs: ['quit', 'leave this job'], focus: ['duration', 'deadline'] },
    { kind: 'should', verbs: ['report $him', 'file a complaint'], focus: ['place', 'tried'] },
    { kind: 'how', verbs: ['say no to $him', 'stand up to $him'], focus: ['says', 'feeling'] },
    { kind: 'should', verbs: ['take the other offer', 'accept the other offer'], focus: ['deadline', 'narrator'] },
    { kind: 'how', verbs: ['protect myself', 'stay safe in this job'], focus: ['tried', 'says'] },
  ],
  tried: [
    ['talked to human resources'],
    ['turned off my phone'],
    ['asked for a meeting'],
    ['wrote everything down', 'kept a record'],
  ],
  says: [['it is part of the job'], ['i should be grateful'], ['the company comes first'], ['others work harder']],
};

const coworker: Scenario = {
  topic: 'work',
  others: [
    ['my coworker', 'he'],
    ['the new intern', 'she'],
    ['my desk neighbor', 'he'],
    ['our secretary', 'she'],
  ],
  intros: ['i sit next to {O}', 'i share an office with {O}', 'every day i work with {O}'],
  units: ['days', 'weeks', 'months'],
  feelings: ['annoyed', 'embarrassed', 'tired', 'confused'],
  places: ['at lunch', 'by the coffee machine', 'in the break room'],
  narrators: 'role',
  events: [
    {
      ing: 'spreading rumors about my $x',
      also: ['makes up stories about my $x'],
      things: ['marriage', 'past', 'health'],
    },
    { ing: 'stealing my $x', also: ['walks off with my $x'], things: ['lunch', 'pens', 'chair', 'mug'] },
    { ing: 'asking me out', also: ['wants a date with me'] },
    {
      ing: 'leaving early and dumping $x on me',
      also: ['goes home early so i get $x'],
      things: ['calls', 'paperwork', 'extra work'],
      places: [],
    },
  ],
  asks: [
    { kind: 'should', verbs: ['tell our boss', 'go to our boss'], focus: ['tried', 'duration'] },
    { kind: 'should', verbs: ['change desks', 'ask for a new desk'], focus: ['place', 'feeling'] },
    { kind: 'how', verbs: ['handle this politely', 'deal with this in a nice way'], focus: ['says', 'place'] },
    { kind: 'should', verbs: ['pay $him back', 'do the same to $him'], focus: ['feeling', 'says'] },
    { kind: 'should', verbs: ['speak up at the meeting', 'say it at the meeting'], focus: ['deadline', 'tried'] },
  ],
  tried: [
    ['said no politely', 'said no in a nice way'],
    ['put my name on everything'],
    ['stopped talking to $him'],
    ['told a friend at work'],
  ],
  says: [['i am no fun'], ['it was someone else'], ['$he needs the help'], ['everybody does it', 'it is normal']],
};

const loan: Scenario = {
  topic: 'money',
  others: [
    ['my best friend', 'she'],
    ['my ex', 'he'],
    ['my girlfriend', 'she'],
    ['my boyfriend', 'he'],
  ],
  intros: ['i always trusted {O}', '{O} and i split most costs', 'i have a money problem with {O}'],
  units: ['weeks', 'months'],
  feelings: ['worried', 'ashamed', 'hurt', 'angry'],
  money: 'cost',
  events: [
    {
      past: ['borrowed my $x and sold it', 'sold the $x i lent $him'],
      also: ['took my $x and sold it'],
      things: ['camera', 'guitar', 'watch', 'bike'],
    },
    {
      past: ['spent our savings on $x', 'put our savings into $x'],
      also: ['wasted all our savings on $x'],
      things: ['shoes', 'a boat', 'tickets'],
    },
    {
      past: ['opened a $x in my name', 'used my name to get a $x'],
      also: ['signed my name for a $x'],
      things: ['credit card', 'loan', 'phone plan'],
    },
    {
      past: ['lied about $x', 'did not tell me about $x'],
      also: ['kept quiet about $x'],
      things: ['a big debt', 'losing a job', 'a secret account'],
    },
  ],
  asks: [
    { kind: 'how', verbs: ['get my money back', 'get the money back'], focus: ['money', 'tried'] },
    { kind: 'should', verbs: ['go to the police', 'call the police'], focus: ['says', 'money'] },
    { kind: 'should', verbs: ['end things with $him', 'break up with $him'], focus: ['feeling', 'says'] },
    { kind: 'should', verbs: ['keep waiting', 'wait some more'], focus: ['duration', 'deadline'] },
    { kind: 'should', verbs: ['sue $him', 'take $him to court'], focus: ['money', 'duration'] },
  ],
  tried: [['asked for it back'], ['made a plan with $him'], ['blocked $him'], ['showed $him the numbers']],
  says: [
    ['it will all be fine'],
    ['i have enough money anyway', 'i am rich anyway'],
    ['it was an accident'],
    ['$he will pay next year'],
  ],
};

const bill: Scenario = {
  topic: 'money',
  others: [
    ['my bank', 'they'],
    ['my gym', 'they'],
    ['the phone company', 'they'],
    ['my insurance', 'they'],
  ],
  intros: ['i have been with {O} for ages', 'i need help with {O}', 'i am a loyal customer of {O}'],
  units: ['days', 'weeks', 'months'],
  feelings: ['worried', 'angry', 'confused', 'stressed'],
  money: 'cost',
  events: [
    {
      past: ['charged me twice for $x', 'took money twice for $x'],
      also: ['billed me two times for $x'],
      things: ['one month', 'a class', 'the same service'],
    },
    { past: ['closed my account', 'shut down my account'], also: ['locked me out of my account'] },
    { past: ['refused to cancel my contract', 'would not let me cancel'], also: ['ignored my wish to cancel'] },
    {
      past: ['added a fee for $x', 'made me pay a fee for $x'],
      also: ['put a new fee on $x'],
      things: ['paper mail', 'late payment', 'nothing'],
    },
  ],
  asks: [
    { kind: 'should', verbs: ['switch to another company', 'go to another company'], focus: ['duration', 'says'] },
    { kind: 'how', verbs: ['get a refund', 'get my cash back'], focus: ['money', 'tried'] },
    { kind: 'should', verbs: ['stop the payments', 'refuse to pay'], focus: ['deadline', 'money'] },
    { kind: 'should', verbs: ['write a bad review', 'warn people online'], focus: ['says', 'tried'] },
    { kind: 'how', verbs: ['reach a real person there', 'talk to a human there'], focus: ['tried', 'duration'] },
  ],
  tried: [
    ['called the hotline', 'phoned the hotline'],
    ['sent all the papers'],
    ['went there in person'],
    ['filled out a form'],
  ],
  says: [
    ['it is in the small print', 'it is written in the contract'],
    ['the system is down'],
    ['it was my mistake'],
    ['they can do nothing'],
  ],
};

export const WORK = [boss, coworker, loan, bill];
