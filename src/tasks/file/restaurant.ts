/**
 * How people put the values of the E2E restaurant slots into words. Written from the corpus' own sentences; how often
 * it is wrong on them is measured for every file that is read (`FileReport.slots`).
 */

/** A way to say something of a slot: `meaning` is compared with what a record's values accept. */
export interface Rule {
  readonly slot: string;
  readonly meaning: string;
  /** Pattern source over flat text, between spaces. */
  readonly source: string;
}

export const AREA = 'area';
export const EAT_TYPE = 'eatType';
export const FAMILY = 'familyFriendly';
export const FOOD = 'food';
export const NAME = 'name';
export const NEAR = 'near';
export const PRICE = 'priceRange';
export const RATING = 'customer rating';

/** Slots in plain words; any other slot is shown under its own name. */
export const SLOT_LABELS: ReadonlyMap<string, string> = new Map([
  [NAME, 'name'],
  [EAT_TYPE, 'kind of place'],
  [FOOD, 'food'],
  [PRICE, 'price range'],
  [RATING, 'customer rating'],
  [AREA, 'area'],
  [FAMILY, 'family friendly'],
  [NEAR, 'near'],
]);

/** Meanings a value accepts besides its own words. Values in lower case. */
export const ACCEPTS: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map([
  [
    PRICE,
    new Map([
      ['cheap', ['low', 'fair']],
      ['less than £20', ['low', 'fair', 'under 20']],
      ['moderate', ['middle', 'fair']],
      ['£20-25', ['middle', 'fair', '20 to 25']],
      ['high', ['high']],
      ['more than £30', ['high', 'over 30']],
    ]),
  ],
  [
    RATING,
    new Map([
      ['low', ['low', '1']],
      ['1 out of 5', ['low', '1']],
      ['average', ['average', 'good', '3']],
      ['3 out of 5', ['average', 'good', '3']],
      ['high', ['high', 'good', '5']],
      ['5 out of 5', ['high', 'good', '5']],
    ]),
  ],
  [
    AREA,
    new Map([
      ['riverside', ['riverside']],
      ['city centre', ['city centre']],
    ]),
  ],
  [
    EAT_TYPE,
    new Map([
      ['coffee shop', ['coffee shop']],
      ['pub', ['pub']],
      ['restaurant', ['restaurant']],
    ]),
  ],
  [
    FAMILY,
    new Map([
      ['yes', ['yes']],
      ['no', ['no']],
    ]),
  ],
  [FOOD, new Map([['english', ['english', 'british']]])],
]);

type Levels = readonly (readonly [meaning: string, words: string])[];

/** One of several phrases, given in one string between bars; line breaks count as spaces. */
const any = (phrases: string): string => `(?:${phrases.trim().replace(/\s*\n\s*/g, '')})`;

const CUISINES =
  'chinese english british french indian italian japanese thai mexican american spanish greek turkish korean asian';

const PRICE_LEVELS: Levels = [
  ['high', 'high|higher|highly|slightly high|upper|above average|higher than average'],
  ['low', 'low|lower|lowest|budget|cheaper'],
  ['middle', 'moderate|moderately|average|averagely|averaged|mid|middle|medium|okay|ok'],
  ['fair', 'reasonable|reasonably|fair|decent|good|great|excellent'],
];
const PRICE_HEAD = any(`
  price|prices|priced|pricing|prince|cost|costs|
  price point|price range|price ranges|price ranged|price tag|ranged
`);
const PRICE_SUBJECT = '(?:price|prices|pricing|cost|costs)(?: range| ranges| point| tag)?';

const RATING_LEVELS: Levels = [
  ['low', 'low|lower|lowly|poor|poorly|bad|badly|terrible|awful|negative'],
  ['average', 'average|averagely|moderate|moderately|mediocre|mid|medium|mid ranged|mixed|ok|okay'],
  ['good', 'good|decent|fair|fairly|well|better|favorable|satisfactory|positive|solid'],
  [
    'high',
    any(`
      high|highly|higher|highest|excellent|great|top|best|fantastic|
      amazing|outstanding|perfect|wonderful|exceptional
    `),
  ],
];
const RATING_HEAD = any(`
  rate|rated|rating|ratings|review|reviews|reviewed|
  satisfaction|approval|score|scores|recommended|quality|standard|standards
`);
const RATERS = "(?:(?:customer|customers|costumer|consumer|user|star|overall|service|satisfaction|and|s|') ){0,3}";
const RATING_SUBJECT = '(?:rate|rates|rated|rating|ratings|review|reviews|satisfaction|approval|ranked|scores?)';

/** What may stand between a subject and its level: "is quite", "has been", "are just". */
const BE = any(`
  is|are|was|were|be|of|as|that is|that are|has been|have been|being|to be|considered|
  very|quite|fairly|pretty|rather|really|just|only|a little|somewhat|too|so|a|an|the|at|:
`);
/** Who gave a rating, or to what; `#` stands for a name that has been read. */
const RATED_THINGS = '(?:it|them|this|place|their|experience|by|customers|its|from|on|for|number|in|#+)';
const BE_RATED = `(?:${BE}|${RATED_THINGS})`;
const AT_NAME = '(?:(?:at|for|of) #+ )?';
const FIVE = '(?:5|five)';
const DIGITS: Levels = [
  ['0', '0|zero'],
  ['1', '1|one|single'],
  ['2', '2|two'],
  ['3', '3|three'],
  ['4', '4|four'],
  ['5', '5|five'],
];
const MONEY = '(?:pounds?|euros?|dollars?|gbp)';
const OF_FIVE = `(?:(?:out|our) )?(?:(?:of|off|\\/) )?(?:a possible )?${FIVE}(?: (?:point|stars?))?(?! ${MONEY})`;
const LESS_THAN = any(`
  less than|less then|under|below|lower than|no more than|not more than|
  up to|cheaper than|within|lesser than
`);
const MORE_THAN = any(`
  more than|more then|over|above|higher than|upwards of|at least|exceeding|minimum of|
  minimum|starting at|starts at|start at|starting from|from
`);

const rule = (slot: string, meaning: string, source: string): Rule => ({ slot, meaning, source });
/** One rule a level; `source` gets the words of the level as one group. */
const each = (slot: string, levels: Levels, source: (words: string) => string): Rule[] =>
  levels.map(([meaning, words]) => rule(slot, meaning, source(`(?:${words})`)));

/**
 * In order: what an earlier rule has read is not read again, so whole phrases come before the words they are made of.
 */
export const RULES: readonly Rule[] = [
  // Figures of ratings: "3 out of 5 stars", "5 of 5", "5out of 5", "one star", "rated 3".
  ...DIGITS.map(([meaning, words]) => rule(RATING, meaning, `(?:${words}|${meaning}out) ${OF_FIVE}`)),
  ...each(RATING, DIGITS, (digit) => `${digit} (?:stars?|starred)`),
  ...each(
    RATING,
    DIGITS,
    (digit) => `(?:customers? )?${RATING_SUBJECT} (?:${BE_RATED} ){0,4}${digit}(?! (?:out|of|to))`,
  ),

  // Figures of prices: "£20-25", "20 to 25 pounds", "less than £20", "over 30 euros".
  rule(PRICE, '20 to 25', `£?(?:20|twenty)(?: pounds?)?(?: (?:-|to|and|or))? £?(?:25|twenty five)(?: ${MONEY})?`),
  rule(PRICE, 'under 20', `${LESS_THAN} (?:£ )?£?(?:20|twenty)(?: ${MONEY})?`),
  rule(PRICE, 'over 30', `${MORE_THAN} (?:£ )?£?(?:30|thirty)(?: ${MONEY})?`),
  rule(PRICE, 'over 30', '£30 (?:and|or) (?:up|above|over|more)'),
  rule(PRICE, 'another figure', '£\\d+'),
  rule(PRICE, 'another figure', `(?:\\d+|twenty|thirty) ${MONEY}`),

  // Prices by word: "not cheap", "in the high range", "prices are low", "moderately priced", "low in price".
  rule(PRICE, 'high', 'not (?:at all )?(?:cheap|inexpensive|affordable)'),
  rule(PRICE, 'low', '(?:not|isn t|aren t)(?: (?:too|very|so|that))? (?:expensive|pricey|costly)'),
  ...each(
    PRICE,
    PRICE_LEVELS,
    (level) => `(?:in|into|on|within) (?:the|a|an|its) ${level} (?:price )?(?:range|end|side)`,
  ),
  rule(PRICE, 'low', any('cheap|cheaply|cheaper|cheapest|inexpensive|affordable|affordably|low cost|on a budget')),
  rule(PRICE, 'high', '(?:expensive|expensively|pricey|pricier|costly|upscale|overpriced)'),
  ...each(
    PRICE,
    PRICE_LEVELS,
    (level) => `${PRICE_SUBJECT} ${AT_NAME}(?:${BE} ){1,4}${level}(?! (?:customer|rat)\\w*)`,
  ),
  ...each(PRICE, PRICE_LEVELS, (level) => `${level} ${PRICE_HEAD}`),
  ...each(PRICE, PRICE_LEVELS, (level) => `${level} in (?:price|cost)`),

  // Ratings by word: "does not have good reviews", "the rating is high", "a low customer rating", "rated low".
  rule(
    RATING,
    'low',
    `(?:not|n t|isn t|doesn t|don t|no) (?:(?:have|got|get|has|a|very|its|an) ){0,3}` +
      `(?:good|great|high|highly|well) ${RATERS}${RATING_HEAD}`,
  ),
  ...each(RATING, RATING_LEVELS, (level) => `${RATING_SUBJECT} (?:${BE_RATED} ){1,5}${level}`),
  ...each(RATING, RATING_LEVELS, (level) => `${level} ${RATERS}${RATING_HEAD}`),
  ...each(PRICE, PRICE_LEVELS, (level) => `(?:price|prices|pricing|priced|price range|price ranges) ${level}`),
  ...each(RATING, RATING_LEVELS, (level) => `${RATING_SUBJECT} ${level}`),

  rule(
    AREA,
    'riverside',
    any(`
      riverside|river side|riverfront|river front|waterfront|riverbank|river bank|banks? of the river|
      (?:by|on|off|near|along|beside|at|next to|close to|in|around) (?:the |a )?river(?: side|side)?
    `),
  ),
  rule(AREA, 'city centre', '(?:city|town) (?:centre|center)'),
  rule(AREA, 'city centre', '(?:centre|center|heart|middle) of (?:the |a )?(?:city|town)'),
  rule(AREA, 'city centre', '(?:downtown|centrally located|(?:in|at) the (?:centre|center)|central)'),

  rule(EAT_TYPE, 'coffee shop', '(?:coffee|café|cafe) (?:shop|shops|house|place|store|bar|establishment)'),
  rule(EAT_TYPE, 'coffee shop', '(?:coffeeshop|café|cafe)'),
  rule(EAT_TYPE, 'pub', '(?:pub|pubs|tavern|inn)'),
  rule(EAT_TYPE, 'restaurant', '(?:restaurant|restaurants|restaraunt)'),

  rule(FOOD, 'fast food', 'fast foods?'),
  ...CUISINES.split(' ').map((cuisine) => rule(FOOD, cuisine, cuisine)),
];

/** Words that speak of families or children, and those that speak of adults alone. */
export const FAMILY_WORD = /^(?:famil\w*|child\w*|kids?|kiddy|toddlers?|baby|babies)$/u;
export const ADULT_WORD = /^(?:adults?|grown ?ups?)$/u;
export const NEGATION = new RegExp(
  `^${any(`
    not|no|non|none|never|nor|t|isnt|arent|doesnt|dont|cannot|without|unfriendly|unsuitable|
    unwelcome|unwelcoming|prohibited|inappropriate|instead|childless|unfortunately
  `)}$`,
  'u',
);
/** Ends what a negation reaches. */
export const CLAUSE_END = new RegExp(
  `^${any('[.,;:!?]|but|and|with|that|which|has|serving|serves|however|near|yet|although|though|while')}$`,
  'u',
);

/** What stands right before a place that is spoken of as a landmark: "near Burger King", "close to the Ranch". */
export const BEFORE_LANDMARK = new RegExp(
  ` ${any(`
    near|nears|near to|beside|opposite|adjacent to|next to|close to|around|behind|alongside|
    (?:vicinity|proximity) (?:of|to)|far from|(?:north|south|east|west) of
  `)}(?: the)? $`,
  'u',
);
/** What follows a place that the sentence describes: "Burger King is a coffee shop". */
export const AFTER_SUBJECT = /^ (?:is (?:a|an)|serves|offers|provides|has|sells|coffee shop|restaurant) /u;
