import { PURPOSE, Stream, streamKey } from '../../core/rng';

/** A small file of the E2E form for tests: made-up restaurants, a few ways of saying each slot. */

const NAMES = ['The Eagle', 'Cocum', 'Blue Spice', 'The Mill', 'Aromi'];
const NEAR = ['Burger King', 'Café Brazil'];
const FOODS = ['Chinese', 'English', 'Indian'];
const AREAS = new Map([
  ['riverside', 'by the riverside'],
  ['city centre', 'in the city centre'],
]);
const PRICES = new Map([
  ['cheap', 'cheap'],
  ['moderate', 'moderately priced'],
  ['high', 'high priced'],
]);
const FAMILY = new Map([
  ['yes', 'It is family friendly.'],
  ['no', 'It is not family-friendly.'],
]);

function row(rng: Stream): { mr: string; ref: string } {
  const name = rng.pick(NAMES);
  const price = rng.pick([...PRICES.keys()]);
  const food = rng.pick(FOODS);
  const slots = [`name[${name}]`, 'eatType[coffee shop]', `food[${food}]`, `priceRange[${price}]`];
  const sentences = [`${name} is a ${PRICES.get(price)!} coffee shop that serves ${food} food`];
  if (rng.chance(0.7)) {
    const area = rng.pick([...AREAS.keys()]);
    slots.push(`area[${area}]`);
    sentences[0] += ` ${AREAS.get(area)!}`;
  }
  if (rng.chance(0.6)) {
    const near = rng.pick(NEAR);
    slots.push(`near[${near}]`);
    sentences[0] += rng.chance(0.5) ? ` near ${near}` : `, close to ${near}`;
  }
  sentences[0] += '.';
  if (rng.chance(0.6)) {
    const family = rng.pick([...FAMILY.keys()]);
    slots.push(`familyFriendly[${family}]`);
    sentences.push(FAMILY.get(family)!);
  }
  return { mr: slots.join(', '), ref: sentences.join(' ') };
}

/** CSV text with `count` rows. */
export function sampleCsv(count = 600): string {
  const rng = new Stream(streamKey(1, PURPOSE.test));
  const quote = (cell: string) => `"${cell.replace(/"/g, '""')}"`;
  const rows = Array.from({ length: count }, () => row(rng));
  return ['mr,ref', ...rows.map(({ mr, ref }) => `${quote(mr)},${quote(ref)}`)].join('\r\n');
}
