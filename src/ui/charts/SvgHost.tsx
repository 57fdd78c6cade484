import { useLayoutEffect, useRef, type ReactNode } from 'react';

/** Puts an SVG that was made outside React into the page. */
export function SvgHost({ svg }: { readonly svg: SVGSVGElement }): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => host.current?.replaceChildren(svg), [svg]);
  return <div ref={host} aria-hidden="true" />;
}
