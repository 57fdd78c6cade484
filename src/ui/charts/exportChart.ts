import type { Scheme } from '../shared/arms';
import { drawChart } from './draw';
import type { ChartSpec } from './metrics';
import type { ChartData } from './series';

const WIDTH = 960;
const HEIGHT = 540;
const TITLE = 44;
const PAPER: Readonly<Record<Scheme, { readonly ink: string; readonly paper: string }>> = {
  light: { ink: '#1c2127', paper: '#ffffff' },
  dark: { ink: '#e6e9ec', paper: '#1b1f23' },
};

/** A picture that stands alone, in SVG. */
export interface Picture {
  readonly text: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The text in lines of at most `limit` characters, broken between words; a longer word has a line of its own. */
export function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Height of a line below the drawing, and how much wider than high its characters are taken to be. */
const NOTE = { line: 17, size: 12, character: 0.52 };

/**
 * A drawing with its title above and a note below, as a picture of its own in the colours of the scheme: what is said beside
 * a chart, such as whose figures the hollow marks are, must not get lost where the picture goes alone.
 * @param svg drawn for this; it becomes part of the picture.
 */
export function toPicture(
  title: string, svg: SVGSVGElement, { width, height, scheme, note = '' }: { width: number; height: number; scheme: Scheme; note?: string },
): Picture {
  const { ink, paper } = PAPER[scheme];
  const namespace = 'http://www.w3.org/2000/svg';
  const notes = note === '' ? [] : wrap(note, Math.floor((width - 24) / (NOTE.size * NOTE.character)));
  const total = TITLE + height + (notes.length === 0 ? 0 : notes.length * NOTE.line + 16);
  svg.removeAttribute('aria-hidden');
  svg.setAttribute('y', String(TITLE));

  const outer = document.createElementNS(namespace, 'svg');
  outer.setAttribute('width', String(width));
  outer.setAttribute('height', String(total));
  outer.setAttribute('viewBox', `0 0 ${width} ${total}`);
  outer.setAttribute('color', ink);
  outer.setAttribute('font-family', 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif');
  const background = document.createElementNS(namespace, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', paper);
  const line = (text: string, y: number, size: number, weight: string): SVGTextElement => {
    const element = document.createElementNS(namespace, 'text');
    element.setAttribute('x', '12');
    element.setAttribute('y', String(y));
    element.setAttribute('font-size', String(size));
    element.setAttribute('font-weight', weight);
    element.setAttribute('fill', ink);
    element.textContent = text;
    return element;
  };
  const below = notes.map((text, i) => line(text, TITLE + height + 18 + i * NOTE.line, NOTE.size, '400'));
  outer.append(background, line(title, 27, 18, '600'), svg, ...below);
  return { text: new XMLSerializer().serializeToString(outer), width, height: total };
}

/** A chart of curves as a picture: title, unit, axes, names at the lines. */
export function chartPicture(spec: ChartSpec, data: ChartData, scheme: Scheme): Picture {
  const size = { width: WIDTH, height: HEIGHT - TITLE };
  const { svg } = drawChart(spec, data, { ...size, scheme, endLabels: true });
  return toPicture(spec.title, svg, { ...size, scheme });
}

/** The picture as PNG at twice its size. @throws Error where the browser cannot draw it. */
export async function toPng({ text, width, height }: Picture): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser gives no canvas to draw the picture on; export it as SVG instead.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be written as PNG.'))));
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Hands a file to the browser's download. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
