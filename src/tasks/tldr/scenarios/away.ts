import type { Scenario } from '../scenario';

const animal: Scenario = {
  topic: 'pets',
  others: [
    ['my dog', 'he'],
    ['my cat', 'she'],
    ['my puppy', 'he'],
    ['my rabbit', 'she'],
  ],
  intros: ['i love {O} more than anything', 'i live alone with {O}', 'i adopted {O} from a shelter'],
  units: ['days', 'weeks', 'months'],
  feelings: ['worried', 'sad', 'tired', 'ashamed'],
  places: ['in the bedroom', 'on the sofa', 'under the table'],
  money: 'cost',
  speaker: 'the vet',
  events: [
    { ing: 'chewing my $x', also: ['chews up my $x'], things: ['shoes', 'books', 'pens'] },
    { ing: 'attacking $x', also: ['bites $x', 'goes after $x'], things: ['guests', 'my baby', 'other dogs'] },
    { ing: 'peeing on $x', also: ['pees on $x'], things: ['the carpet', 'my bed', 'my clothes'], places: [] },
    { ing: 'crying at night', also: ['cries every night', 'wakes me up with sad noises'] },
    { ing: 'refusing $x', also: ['will not touch $x'], things: ['food', 'water', 'medicine'], places: [] },
  ],
  asks: [
    { kind: 'should', verbs: ['see another vet', 'get a second opinion'], focus: ['says', 'duration'] },
    { kind: 'should', verbs: ['give $him away', 'find $him a new home'], focus: ['tried', 'feeling'] },
    { kind: 'how', verbs: ['train $him', 'teach $him better'], focus: ['place', 'tried'] },
    { kind: 'should', verbs: ['pay for a trainer', 'hire a trainer'], focus: ['money', 'duration'] },
    { kind: 'should', verbs: ['wait it out', 'wait until it gets better'], focus: ['duration', 'says'] },
  ],
  tried: [
    ['bought new toys'],
    ['changed the food', 'switched to other food'],
    ['closed the door'],
    ['played with $him more'],
  ],
  says: [['it is stress'], ['it is just age'], ['$he is healthy', 'nothing is wrong'], ['$he needs a friend']],
};

const sitter: Scenario = {
  topic: 'pets',
  others: [
    ['my neighbor', 'he'],
    ['the pet sitter', 'she'],
    ['my dog walker', 'he'],
    ['the woman next door', 'she'],
  ],
  intros: [
    'i have two dogs and a problem with {O}',
    'my animals all know {O}',
    'when i travel {O} looks after my animals',
  ],
  units: ['days', 'weeks', 'months'],
  feelings: ['angry', 'scared', 'sad', 'nervous'],
  places: ['in the yard', 'at the park', 'on the street'],
  money: 'cost',
  events: [
    {
      past: ['lost my $x', 'let my $x escape'],
      also: ['left the gate open so my $x got out'],
      things: ['rabbit', 'puppy', 'old dog'],
    },
    {
      past: ['fed chocolate to my $x', 'gave my $x chocolate'],
      also: ['shared chocolate with my $x'],
      things: ['dogs', 'rabbit', 'pony'],
    },
    { past: ['kicked my $x', 'hit my $x'], also: ['hurt my $x with a stick'], things: ['dog', 'cat', 'goat'] },
    {
      past: ['forgot to feed my $x', 'did not feed my $x'],
      also: ['left my $x hungry'],
      things: ['fish', 'cat', 'birds'],
      money: false,
      places: [],
    },
  ],
  asks: [
    { kind: 'should', verbs: ['press charges', 'report this'], focus: ['place', 'says'] },
    { kind: 'should', verbs: ['ask $him to cover the cost', 'make $him cover the cost'], focus: ['money', 'says'] },
    { kind: 'how', verbs: ['keep my animals safe', 'protect my animals'], focus: ['place', 'tried'] },
    { kind: 'should', verbs: ['trust $him again', 'give $him a second chance'], focus: ['says', 'feeling'] },
    { kind: 'should', verbs: ['put up a camera', 'buy a camera'], focus: ['duration', 'place'] },
  ],
  tried: [['rushed to the vet'], ['built a fence', 'put up a fence'], ['warned $him'], ['looked for witnesses']],
  says: [
    ['it was my fault'],
    ['animals do not feel pain'],
    ['it was only once', 'it happened only once'],
    ['$he was in a hurry'],
  ],
};

const airline: Scenario = {
  topic: 'travel',
  others: [
    ['the airline', 'they'],
    ['the train company', 'they'],
    ['my travel agency', 'they'],
    ['the bus company', 'they'],
  ],
  intros: ['i booked a trip with {O}', 'my dream trip was booked through {O}', 'i planned a holiday with {O}'],
  units: ['days', 'weeks', 'months'],
  feelings: ['angry', 'disappointed', 'stressed', 'tired'],
  places: ['in rome', 'in tokyo', 'at the airport'],
  money: 'paid',
  events: [
    {
      past: ['lost my $x', 'could not find my $x'],
      also: ['sent my $x to the wrong city'],
      things: ['bag', 'passport', 'bike'],
    },
    {
      past: ['canceled my $x', 'called off my $x'],
      also: ['told me my $x was off the list'],
      things: ['ticket', 'trip', 'tour'],
    },
    {
      past: ['gave my $x away', 'sold my $x again'],
      also: ['let someone else have my $x'],
      things: ['seat', 'ticket', 'spot'],
    },
    {
      past: ['left me behind with $x', 'made me wait all night with $x'],
      also: ['did not let me on with $x'],
      things: ['two kids', 'a baby', 'a broken arm'],
    },
  ],
  asks: [
    { kind: 'how', verbs: ['get a full refund', 'get all my money back'], focus: ['money', 'says'] },
    { kind: 'should', verbs: ['take the voucher', 'accept the voucher'], focus: ['money', 'deadline'] },
    { kind: 'should', verbs: ['book a new trip', 'pay for a new trip'], focus: ['deadline', 'place'] },
    { kind: 'should', verbs: ['wait for an answer', 'keep waiting for an answer'], focus: ['duration', 'tried'] },
    { kind: 'how', verbs: ['complain the right way', 'make a good complaint'], focus: ['tried', 'says'] },
  ],
  tried: [
    ['called five times', 'called again and again'],
    ['waited at the desk'],
    ['kept all receipts'],
    ['posted about it online'],
  ],
  says: [
    ['it was the weather'],
    ['i was too late', 'i came too late'],
    ['it is not their job'],
    ['a voucher is enough'],
  ],
};

const buddy: Scenario = {
  topic: 'travel',
  others: [
    ['my travel buddy', 'he'],
    ['my old friend', 'she'],
    ['my cousin', 'he'],
    ['my tent mate', 'she'],
  ],
  intros: [
    'i am on a long trip with {O}',
    'i am going around the world with {O}',
    '{O} and i are backpacking together',
  ],
  units: ['days', 'weeks'],
  feelings: ['annoyed', 'lonely', 'tired', 'disappointed'],
  places: ['on the beach', 'in the mountains', 'in the hostel'],
  money: 'paid',
  events: [
    { ing: 'complaining about $x', also: ['whines about $x all day'], things: ['the heat', 'the food', 'every walk'] },
    {
      ing: 'flirting with $x',
      also: ['leaves me alone to flirt with $x'],
      things: ['strangers', 'our guide', 'every waiter'],
    },
    { ing: 'sleeping until $x', also: ['stays in bed until $x'], things: ['noon', 'two', 'dinner'] },
    { ing: 'losing our $x', also: ['forgets our $x wherever we go'], things: ['keys', 'maps', 'tickets'] },
  ],
  asks: [
    { kind: 'should', verbs: ['go on alone', 'travel alone'], focus: ['duration', 'feeling'] },
    { kind: 'should', verbs: ['fly home early', 'end the trip early'], focus: ['money', 'deadline'] },
    { kind: 'how', verbs: ['save this friendship', 'stay friends'], focus: ['tried', 'says'] },
    { kind: 'should', verbs: ['change our plan', 'make a new plan'], focus: ['place', 'says'] },
    { kind: 'should', verbs: ['say something now', 'speak my mind now'], focus: ['feeling', 'tried'] },
  ],
  tried: [
    ['made jokes about it'],
    ['planned a day apart', 'took a day apart'],
    ['offered to pay for dinner'],
    ['asked to split up for a while'],
  ],
  says: [['this is a vacation', 'this is a holiday'], ['i plan too much'], ['i am boring'], ['$he is sick']],
};

export const AWAY = [animal, sitter, airline, buddy];
