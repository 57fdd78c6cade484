import { useMemo, type ReactNode } from 'react';
import { encode } from 'uqr';
import classes from './share.module.css';

/** Longest text that is drawn, in characters. With more, the squares get too small for the camera of a phone at a desk's distance. */
export const MOST_QR = 700;

/** White around a code, in squares, without which it is not found (ISO/IEC 18004). */
const QUIET = 4;

/** A QR code, black on white in any theme: cameras expect that. */
export function QrCode({ text }: { readonly text: string }): ReactNode {
  const { size, path } = useMemo(() => {
    const { data, size: squares } = encode(text, { ecc: 'L', border: QUIET });
    const rows = data.flatMap((row, y) => row.flatMap((black, x) => (black ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { size: squares, path: rows.join('') };
  }, [text]);
  return (
    <svg className={classes.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link" shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
