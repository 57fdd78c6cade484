import type { Scenario } from '../scenario';

const flat: Scenario = {
  topic: 'room-mates',
  others: [
    ['my roommate', 'he'],
    ['my flatmate', 'she'],
    ['my housemate', 'he'],
  ],
  intros: ['i share a small flat with {O}', '{O} and i live together', 'i live with {O}'],
  units: ['weeks', 'months'],
  feelings: ['angry', 'annoyed', 'tired', 'stressed'],
  places: ['in the kitchen', 'in the living room', 'in my room'],
  money: 'cost',
  events: [
    {
      ing: 'eating my $x',
      also: ['eats my $x when i am out', 'helps $himself to my $x'],
      things: ['cheese', 'snacks', 'leftovers', 'cereal'],
    },
    {
      ing: 'using my $x without asking',
      also: ['takes my $x without a word', 'treats my $x like $his own'],
      things: ['towels', 'laptop', 'makeup', 'bike'],
    },
    {
      ing: 'leaving $x everywhere',
      also: ['drops $x all over the place'],
      things: ['dirty dishes', 'wet laundry', 'trash'],
      money: false,
    },
    {
      ing: 'playing $x all night',
      also: ['plays $x until morning'],
      things: ['drums', 'video games', 'loud music'],
      money: false,
    },
  ],
  asks: [
    { kind: 'should', verbs: ['move out', 'find a new flat'], focus: ['duration', 'tried'] },
    { kind: 'should', verbs: ['call the landlord', 'tell the landlord'], focus: ['tried', 'says'] },
    { kind: 'how', verbs: ['make $him stop', 'get $him to stop'], focus: ['says', 'tried'] },
    { kind: 'should', verbs: ['make $him pay', 'ask $him for money'], focus: ['money', 'says'] },
    { kind: 'should', verbs: ['just ignore it', 'let it go'], focus: ['duration', 'feeling'] },
  ],
  tried: [['talked to $him'], ['left a note', 'put a note on the door'], ['bought a lock'], ['yelled at $him']],
  says: [['it is a joke', 'it is all in fun'], ['i am too strict'], ['friends share everything'], ['$he forgot']],
};

const landlord: Scenario = {
  topic: 'room-mates',
  others: [
    ['my landlord', 'he'],
    ['my landlady', 'she'],
    ['the building manager', 'he'],
  ],
  intros: ['i rent a small flat from {O}', 'i live in a house run by {O}', 'i am having a fight with {O}'],
  units: ['days', 'weeks', 'months'],
  feelings: ['angry', 'worried', 'stressed', 'scared'],
  money: 'cost',
  events: [
    { past: ['kept my deposit', 'did not return my deposit'], also: ['would not give my deposit back'] },
    { past: ['raised my rent', 'put my rent up'], also: ['asked for more rent'] },
    {
      past: ['refused to fix the $x', 'would not repair the $x'],
      also: ['did nothing about the broken $x'],
      things: ['heating', 'shower', 'window', 'roof'],
    },
    {
      past: ['walked into my $x without asking', 'let $himself into my $x'],
      also: ['used a key to get into my $x'],
      things: ['bedroom', 'bathroom', 'garage'],
      money: false,
    },
  ],
  asks: [
    { kind: 'should', verbs: ['get a lawyer', 'hire a lawyer'], focus: ['money', 'tried'] },
    { kind: 'should', verbs: ['stop paying rent', 'hold back the rent'], focus: ['duration', 'says'] },
    { kind: 'should', verbs: ['wait a bit longer', 'give it more time'], focus: ['duration', 'deadline'] },
    { kind: 'how', verbs: ['prove that i am right', 'show that i am right'], focus: ['says', 'tried'] },
    { kind: 'should', verbs: ['move away', 'leave this flat'], focus: ['feeling', 'deadline'] },
  ],
  tried: [
    ['called $him twice'],
    ['wrote a long email', 'sent a long email'],
    ['took photos of everything'],
    ['read the contract again', 'checked the contract'],
  ],
  says: [
    ['it is the law'],
    ['i damaged the floor'],
    ['everyone got the same letter'],
    ['$he has no money', 'money is short'],
  ],
};

const parents: Scenario = {
  topic: 'family',
  others: [
    ['my mother', 'she'],
    ['my father', 'he'],
    ['my sister', 'she'],
    ['my brother', 'he'],
  ],
  intros: ['i still live at home with {O}', 'i am very close to {O}', '{O} and i used to get along'],
  units: ['weeks', 'months'],
  feelings: ['sad', 'angry', 'ashamed', 'hurt'],
  places: ['at dinner', 'in front of everyone', 'at family parties'],
  events: [
    {
      ing: 'reading my $x',
      also: ['goes through my $x', 'looks at my $x in secret'],
      things: ['messages', 'diary', 'emails'],
      places: [],
    },
    { ing: 'making fun of my $x', also: ['laughs about my $x'], things: ['weight', 'clothes', 'job', 'hair'] },
    {
      ing: 'telling my $x to strangers',
      also: ['shares my $x with strangers'],
      things: ['secrets', 'problems', 'plans'],
    },
    {
      ing: 'comparing me to my $x',
      also: ['says i should be like my $x'],
      things: ['twin', 'husband', 'best friend'],
    },
  ],
  asks: [
    { kind: 'should', verbs: ['cut contact', 'stop talking to $him'], focus: ['duration', 'feeling'] },
    { kind: 'how', verbs: ['set a clear limit', 'draw a line'], focus: ['tried', 'says'] },
    { kind: 'should', verbs: ['get my own place', 'leave home'], focus: ['narrator', 'duration'] },
    { kind: 'how', verbs: ['talk to $him about it', 'bring it up with $him'], focus: ['feeling', 'says'] },
    {
      kind: 'should',
      verbs: ['skip the next family party', 'stay away from the family party'],
      focus: ['place', 'tried'],
    },
  ],
  tried: [
    ['asked $him to stop', 'begged $him to stop'],
    ['walked out'],
    ['changed my password'],
    ['wrote $him a letter'],
  ],
  says: [
    ['it is out of love', 'it is because of love'],
    ['i am too sensitive'],
    ['families have no secrets'],
    ['it never happened'],
  ],
};

export const HOME = [flat, landlord, parents];
