import type { Scenario } from '../scenario';

const group: Scenario = {
  topic: 'study',
  others: [
    ['my lab partner', 'she'],
    ['my classmate', 'he'],
    ['my study buddy', 'she'],
    ['our group leader', 'he'],
  ],
  intros: [
    'i do a group project with {O}',
    'for one course i have to work with {O}',
    'this term i was put in a team with {O}',
  ],
  units: ['days', 'weeks'],
  feelings: ['stressed', 'angry', 'nervous', 'tired'],
  places: ['in the library', 'in the lab', 'in class'],
  narrators: 'age',
  events: [
    { ing: 'copying my $x', also: ['copies all of my $x'], things: ['homework', 'essays', 'answers'] },
    {
      ing: 'skipping our $x',
      also: ['does not show up to our $x'],
      things: ['lessons', 'group calls', 'meetings'],
      places: [],
    },
    { ing: 'deleting my $x', also: ['throws out my $x'], things: ['slides', 'notes', 'code'] },
    { ing: 'bossing $x around', also: ['gives orders to $x'], things: ['us', 'me', 'everyone'] },
  ],
  asks: [
    { kind: 'should', verbs: ['tell the professor', 'go to the professor'], focus: ['tried', 'duration'] },
    { kind: 'should', verbs: ['do it all myself', 'finish it alone'], focus: ['deadline', 'says'] },
    { kind: 'should', verbs: ['drop the course', 'leave the course'], focus: ['deadline', 'feeling'] },
    { kind: 'how', verbs: ['get a fair grade', 'make the grade fair'], focus: ['tried', 'deadline'] },
    { kind: 'should', verbs: ['switch groups', 'join another group'], focus: ['duration', 'place'] },
  ],
  tried: [['split the tasks', 'made a list of tasks'], ['sent reminders'], ['moved our meetings'], ['asked the tutor']],
  says: [
    ['grades do not matter'],
    ['$he has two jobs', '$he works at night'],
    ['we have lots of time', 'there is no rush'],
    ['i am not the boss'],
  ],
};

const professor: Scenario = {
  topic: 'study',
  others: [
    ['my professor', 'he'],
    ['my math teacher', 'she'],
    ['my tutor', 'he'],
    ['my piano teacher', 'she'],
  ],
  intros: ['i take lessons with {O}', 'i used to like {O}', 'all term i have worked hard for {O}'],
  units: ['days', 'weeks', 'months'],
  feelings: ['disappointed', 'confused', 'embarrassed', 'sad'],
  places: ['after class', 'during the exam', 'in front of the class'],
  narrators: 'age',
  events: [
    {
      past: ['failed my $x', 'gave my $x zero points'],
      also: ['did not pass my $x'],
      things: ['exam', 'paper', 'final test'],
      places: [],
    },
    {
      past: ['accused me of $x', 'said i was guilty of $x'],
      also: ['blamed me for $x'],
      things: ['cheating', 'using a robot', 'lying'],
    },
    {
      past: ['lost my $x', 'misplaced my $x'],
      also: ['could not find my $x'],
      things: ['test', 'application', 'homework'],
    },
    {
      past: ['read my $x out loud', 'showed my $x to the class'],
      also: ['put my $x on the screen'],
      things: ['grades', 'poem', 'private email'],
    },
  ],
  asks: [
    { kind: 'should', verbs: ['appeal', 'fight this'], focus: ['deadline', 'says'] },
    { kind: 'should', verbs: ['change schools', 'go to another school'], focus: ['narrator', 'feeling'] },
    { kind: 'how', verbs: ['prove my work is mine', 'show that it is my work'], focus: ['tried', 'says'] },
    { kind: 'should', verbs: ['tell my parents', 'let my parents know'], focus: ['narrator', 'place'] },
    { kind: 'should', verbs: ['take the class again', 'repeat the class'], focus: ['duration', 'deadline'] },
  ],
  tried: [
    ['went to the office hours', 'visited the office'],
    ['showed my drafts'],
    ['asked for a second look'],
    ['spoke to the dean'],
  ],
  says: [
    ['rules are rules', 'there are no exceptions'],
    ['i did not listen'],
    ['it is too late now'],
    ['it is for my own good'],
  ],
};

const device: Scenario = {
  topic: 'tech trouble',
  others: [
    ['my laptop', 'it'],
    ['my phone', 'it'],
    ['my tablet', 'it'],
    ['my computer', 'it'],
  ],
  intros: ['i need {O} every day', 'i use {O} for my work', 'last year i bought {O} used'],
  units: ['days', 'weeks', 'months'],
  feelings: ['annoyed', 'worried', 'confused', 'stressed'],
  places: ['on the train', 'at work', 'at my desk'],
  money: 'cost',
  speaker: 'the shop',
  events: [
    { ing: 'shutting down during $x', also: ['dies in the middle of $x'], things: ['calls', 'games', 'updates'] },
    { ing: 'deleting my $x', also: ['eats my $x without a warning'], things: ['photos', 'files', 'contacts'] },
    { ing: 'getting hot while $x', also: ['heats up while $x'], things: ['charging', 'streaming', 'idle'] },
    { ing: 'showing $x', also: ['opens $x out of nowhere'], things: ['strange ads', 'a blue screen', 'strange lines'] },
    { ing: 'losing the wifi', also: ['drops the wifi every hour'] },
  ],
  asks: [
    { kind: 'should', verbs: ['buy a new one', 'replace it'], focus: ['money', 'duration'] },
    { kind: 'how', verbs: ['save my data', 'rescue my data'], focus: ['tried', 'deadline'] },
    { kind: 'should', verbs: ['pay for the repair', 'get it repaired'], focus: ['money', 'says'] },
    { kind: 'how', verbs: ['fix it myself', 'repair it at home'], focus: ['tried', 'place'] },
    { kind: 'should', verbs: ['send it back', 'return it'], focus: ['deadline', 'duration'] },
  ],
  tried: [
    ['turned it off and on', 'restarted it'],
    ['changed the battery'],
    ['installed it all again'],
    ['watched ten videos'],
  ],
  says: [['it is a virus'], ['the battery is dead'], ['i dropped it'], ['it is too old', 'it is very old']],
};

export const DESK = [group, professor, device];
