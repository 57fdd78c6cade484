import { describe, expect, it } from 'vitest';
import { parseBracketed } from './record';
import { SlotReader } from './slots';
import { tokenise } from './words';

const VALUES = new Map(
  Object.entries({
    name: ['The Eagle', 'Cocum', 'Browns Cambridge'],
    eatType: ['coffee shop', 'restaurant', 'pub'],
    food: ['Chinese', 'English'],
    priceRange: ['cheap', 'moderate', 'high', 'less than £20', '£20-25', 'more than £30'],
    'customer rating': ['low', 'average', 'high', '1 out of 5', '3 out of 5', '5 out of 5'],
    area: ['riverside', 'city centre'],
    familyFriendly: ['yes', 'no'],
    near: ['Burger King', 'Crowne Plaza Hotel'],
  }).map(([slot, values]): [string, Set<string>] => [slot, new Set(values)]),
);
const reader = new SlotReader(VALUES);

const said = (sentence: string) => reader.statements(tokenise(sentence)).map(({ slot, meaning }) => `${slot}=${meaning}`);

describe('SlotReader', () => {
  it.each<[string, string[]]>([
    ['It is not family-friendly.', ['familyFriendly=no']],
    ["It isn't a family friendly place.", ['familyFriendly=no']],
    ['A kid friendly place.', ['familyFriendly=yes']],
    ['Children are not allowed.', ['familyFriendly=no']],
    ['It is for adults only.', ['familyFriendly=no']],
    ['a non-family-friendly pub', ['familyFriendly=no', 'eatType=pub']],
    ['not cheap, but family friendly', ['priceRange=high', 'familyFriendly=yes']],
    ['low priced with a high customer rating', ['priceRange=low', 'customer rating=high']],
    ['a high price range and low ratings', ['priceRange=high', 'customer rating=low']],
    ['The price range is moderate and the customer rating is average.', ['priceRange=middle', 'customer rating=average']],
    ['prices under £20', ['priceRange=under 20']],
    ['in the £20-25 price range', ['priceRange=20 to 25']],
    ['costs more than 30 pounds', ['priceRange=over 30']],
    ['rated 3 out of 5', ['customer rating=3']],
    ['a five star coffee shop', ['customer rating=5', 'eatType=coffee shop']],
    ['by the river, serving British food', ['area=riverside', 'food=british']],
    ['in the center of the city', ['area=city centre']],
    ['Cocum near Burger King', ['name=cocum', 'near=burger king']],
    ['Burger King is a coffee shop near The Eagle', ['name=burger king', 'eatType=coffee shop', 'near=the eagle']],
    ['the Crowne Plaza is nearby', ['near=crowne plaza hotel']],
    ['the eagle in the expensive hotel', ['name=the eagle', 'priceRange=high']],
    ['It is nice.', []],
  ])('reads "%s"', (sentence, statements) => {
    expect(said(sentence)).toEqual(statements);
  });

  const record = parseBracketed('name[The Eagle], priceRange[less than £20], customer rating[5 out of 5], area[riverside]', '');

  it('knows the ways to say a value', () => {
    const found = reader.compare(record, tokenise('The Eagle is a cheap riverside place with a high rating.'));
    expect(found.covered).toEqual(['name', 'priceRange', 'customer rating', 'area']);
    expect(found.invented).toEqual([]);
  });

  it('counts a wrong value and a slot that the record lacks, each once, and marks the words', () => {
    const words = tokenise('The Eagle is an expensive coffee shop. It is expensive and has an average rating.');
    const found = reader.compare(record, words);
    expect(found.covered).toEqual(['name']);
    expect(found.invented).toEqual(['priceRange', 'eatType', 'customer rating']);
    const coffee = found.marks.find((mark) => mark.slot === 'eatType')!;
    expect(words.slice(coffee.from, coffee.to)).toEqual(['coffee', 'shop']);
    expect(coffee.note).toBe('no kind of place in the record: coffee shop');
  });

  it('reads the values of slots it has no patterns for literally', () => {
    const other = new SlotReader(
      new Map([
        ['colour', new Set(['red', 'dark red', 'green'])],
        ['trim', new Set(['green', 'gold'])],
      ]),
    );
    const car = parseBracketed('colour[dark red], trim[green]', '');
    expect(other.compare(car, tokenise('A dark-red car with green trim.')).covered).toEqual(['colour', 'trim']);
    expect(other.compare(car, tokenise('A red car with gold trim.')).invented).toEqual(['colour', 'trim']);
  });
});
