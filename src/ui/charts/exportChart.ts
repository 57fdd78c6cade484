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

/** A chart as a picture that stands alone: title, unit, axes, names at the lines, colours of the scheme. */
export function chartSvg(spec: ChartSpec, data: ChartData, scheme: Scheme): string {
  const { ink, paper } = PAPER[scheme];
  const namespace = 'http://www.w3.org/2000/svg';
  const { svg } = drawChart(spec, data, { width: WIDTH, height: HEIGHT - TITLE, scheme, endLabels: true });
  svg.removeAttribute('aria-hidden');
  svg.setAttribute('y', String(TITLE));

  const outer = document.createElementNS(namespace, 'svg');
  outer.setAttribute('width', String(WIDTH));
  outer.setAttribute('height', String(HEIGHT));
  outer.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  outer.setAttribute('color', ink);
  outer.setAttribute('font-family', 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif');
  const background = document.createElementNS(namespace, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', paper);
  const title = document.createElementNS(namespace, 'text');
  title.setAttribute('x', '12');
  title.setAttribute('y', '27');
  title.setAttribute('font-size', '18');
  title.setAttribute('font-weight', '600');
  title.setAttribute('fill', ink);
  title.textContent = spec.title;
  outer.append(background, title, svg);
  return new XMLSerializer().serializeToString(outer);
}

/** The picture as PNG at twice its size. @throws Error where the browser cannot draw it. */
export async function chartPng(svgText: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svgText], { type: 'image/svg+xml' }));
  try {
    const image = new Image(WIDTH, HEIGHT);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 2 * WIDTH;
    canvas.height = 2 * HEIGHT;
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
