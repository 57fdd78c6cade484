/**
 * One colour, marker and dash for each arm, everywhere on the page. Hues are those of Okabe and Ito (2008), told apart
 * by colour-blind readers; each is darkened or lightened until it reads as text (contrast 4.5:1 or better) on the
 * page's own backgrounds, which is why light and dark have sets of their own.
 */
export type Scheme = 'light' | 'dark';
/** Names that Observable Plot knows as symbols. */
const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const;
export type Marker = (typeof MARKERS)[number];

export interface ArmStyle {
  color(scheme: Scheme): string;
  /** SVG `stroke-dasharray`; empty for a solid line. */
  readonly dash: string;
  readonly marker: Marker;
  /** Short name of an arm the page knows; the id itself for others. */
  readonly label: string;
}

interface Look {
  readonly light: string;
  readonly dark: string;
  readonly dash: string;
  readonly marker: Marker;
}

const KNOWN: Readonly<Record<string, Look & { readonly label: string }>> = {
  sft: { label: 'SFT', light: '#5b636c', dark: '#aab2bb', dash: '2 3', marker: 'diamond' },
  rlhf: { label: 'RLHF', light: '#0068a8', dark: '#5cb3f5', dash: '', marker: 'circle' },
  rlaif: { label: 'RLAIF', light: '#b84a00', dark: '#ff9351', dash: '7 3', marker: 'square' },
  'd-rlaif': { label: 'd-RLAIF', light: '#00765a', dark: '#3fcca0', dash: '8 3 2 3', marker: 'triangle' },
};

/** For arms beyond the known ones, as many as the page makes room for. */
const FURTHER: readonly Look[] = [
  { light: '#98407a', dark: '#e79bca', dash: '4 2', marker: 'star' },
  { light: '#865b00', dark: '#efb73e', dash: '10 3', marker: 'cross' },
  { light: '#1c7298', dark: '#86d3f7', dash: '5 2 1 2', marker: 'wye' },
  { light: '#6d6a00', dark: '#e6de55', dash: '1 3', marker: 'triangle' },
  { light: '#46702f', dark: '#a3d284', dash: '3 2', marker: 'circle' },
  { light: '#4d5c94', dark: '#aab9f0', dash: '12 3 2 3', marker: 'square' },
  { light: '#8f4436', dark: '#eaa595', dash: '6 2', marker: 'diamond' },
  { light: '#00707a', dark: '#58d0d8', dash: '2 2', marker: 'star' },
];

function look(armId: string): Look & { readonly label: string } {
  const known = KNOWN[armId];
  if (known) return known;
  // From the id alone, so that an arm keeps its look whatever stands beside it. Arms that are made on the page come numbered.
  const place = /-([1-8])$/.exec(armId)?.[1];
  if (place !== undefined) return { ...FURTHER[Number(place) - 1]!, label: armId };
  let sum = 0;
  for (const character of armId) sum = (sum * 31 + character.codePointAt(0)!) >>> 0;
  const further = FURTHER[sum % FURTHER.length]!;
  // Another marker than that of a numbered arm of this colour, so that no two look the same.
  const turn = 1 + (Math.floor(sum / FURTHER.length) % (MARKERS.length - 1));
  return { ...further, marker: MARKERS[(MARKERS.indexOf(further.marker) + turn) % MARKERS.length]!, label: armId };
}

export function armStyle(armId: string): ArmStyle {
  const { light, dark, dash, marker, label } = look(armId);
  return { color: (scheme) => (scheme === 'dark' ? dark : light), dash, marker, label };
}
