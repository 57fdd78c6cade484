/// <reference types="vite/client" />

/** What this code was built from, put in by the build. */
declare const __BUILD__: {
  /** Version in package.json. */
  readonly version: string;
  /** Short git commit, with '-dirty' where tracked files differ from it; 'unknown' outside a git checkout. */
  readonly commit: string;
  /** Day of the build, YYYY-MM-DD in UTC. */
  readonly date: string;
};
