/**
 * Who may import whom, as in docs/architecture.md. Type-only imports count. Tests, and folders named testing, may
 * import anything.
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** Tests, and what only tests use. */
const TEST = '[.]test[.]tsx?$|/testing/';
/** What of src/nn the rooms above it see: the files beside the engines' folders (interface, layouts, batches). */
const NN_INTERFACE = '^src/nn/[^/]+$';
/** Utility and preference: pure functions that votes, verdicts and re-scoring share. */
const UTILITY = '^src/tasks/(types|utility)[.]ts$';
/** The page's entry. */
const ENTRY = '^src/[^/]+[.]tsx?$';
/** Types that pass between page and worker; no code. */
const PROTOCOL = '^src/worker/protocol[.]ts$';
const PAGE = '^src/(ui|experiments)/|^src/[^/]+[.]tsx?$';
/** The page's end of the worker; the rest of src/worker runs inside it. */
const WORKER_CLIENT = '^src/worker/(client|protocol|plan|journal)';
/** Labelers of texts: they need no engine and may run in the page. */
const TEXT_LABELERS = '^src/labelers/((text|rules|types)[.]ts$|llm/|pageLlm/)';
const WORKER_ENTRY = '^src/(worker|labelers/pageLlm)/.*[wW]orker[.]ts$';

/** Files of `room` may import their own room and what matches `allowed`, and nothing else of src. */
function room(name, from, allowed, comment) {
  return {
    name,
    severity: 'error',
    comment,
    from: { path: from, pathNot: TEST },
    to: { path: '^src/', pathNot: [from, ...allowed] },
  };
}

/** Files that match `from` may import what matches `to` as types only. */
function typesOnly(name, from, to, comment, except = []) {
  return {
    name,
    severity: 'error',
    comment,
    from: { path: from, pathNot: TEST },
    to: { path: to, pathNot: except, dependencyTypesNot: ['type-only'] },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A circle has no order in which to read or to test its files.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that leads nowhere would escape all other rules.',
      from: { path: '^src/', pathNot: TEST },
      // What a build generates is not there in a fresh checkout.
      to: { couldNotResolve: true, pathNot: '/generated/' },
    },
    room('core', '^src/core/', [], 'core imports nothing of ours.'),
    room('tasks', '^src/tasks/', ['^src/core/'], 'tasks -> core.'),
    room('losses', '^src/losses/', ['^src/core/'], 'losses -> core.'),
    room('nn', '^src/nn/', ['^src/core/'], 'nn -> core.'),
    room('evaluation', '^src/evaluation/', ['^src/core/', UTILITY], 'evaluation -> core, the utility of tasks.'),
    room(
      'labelers',
      '^src/labelers/',
      ['^src/core/', '^src/tasks/', NN_INTERFACE],
      'labelers -> core, tasks (types), nn through its interface.',
    ),
    typesOnly('labelers-tasks-types', '^src/labelers/', '^src/tasks/', 'labelers take a task as an argument.', [UTILITY]),
    room(
      'algorithms',
      '^src/algorithms/',
      ['^src/core/', '^src/losses/', NN_INTERFACE],
      'algorithms -> core, losses, nn through its interface.',
    ),
    room(
      'bench',
      '^src/bench/',
      ['^src/core/', '^src/algorithms/', NN_INTERFACE],
      'bench -> core, algorithms, nn through its interface.',
    ),
    room('worker-client', WORKER_CLIENT, ['^src/core/', '^src/worker/', TEXT_LABELERS], 'worker client -> protocol, core, labelers of texts.'),
    {
      name: 'worker',
      severity: 'error',
      comment: 'The worker does not know the page.',
      from: { path: '^src/worker/', pathNot: TEST },
      to: { path: PAGE },
    },
    room(
      'experiments',
      '^src/experiments/',
      ['^src/core/', '^src/evaluation/', WORKER_CLIENT, TEXT_LABELERS],
      'experiments -> worker client, core, evaluation, labelers of texts.',
    ),
    room(
      'ui',
      '^src/ui/',
      ['^src/experiments/', '^src/evaluation/', '^src/core/', '^src/tasks/', PROTOCOL, TEXT_LABELERS],
      'ui -> experiments, evaluation, core, tasks and the protocol (types), labelers of texts (types).',
    ),
    typesOnly('ui-labelers-types', '^src/ui/', '^src/labelers/', 'The lab asks labelers; the screen shows what they said.'),
    room('entry', ENTRY, ['^src/ui/', '^src/experiments/', '^src/core/', WORKER_CLIENT], 'The entry puts the page together.'),
    typesOnly('ui-tasks-types', PAGE, '^src/tasks/', 'Tasks run in the worker.'),
    {
      name: 'page-without-engines',
      severity: 'error',
      comment: 'Neither src/nn nor tfjs may be in the page, by whatever way: they run in the worker.',
      from: { path: PAGE, pathNot: TEST },
      to: { path: '^src/nn/|^node_modules/@tensorflow/', reachable: true },
    },
    {
      name: 'tfjs',
      severity: 'error',
      comment: 'Tensors belong to engines, losses, algorithms and the session that feeds them.',
      from: { path: '^src/', pathNot: [TEST, '^src/(nn|losses|algorithms|bench|worker)/'] },
      to: { path: '^node_modules/@tensorflow/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-dom-in-core',
      severity: 'error',
      comment: 'core is plain TypeScript.',
      from: { path: '^src/core/', pathNot: TEST },
      to: { path: '^node_modules/(react|react-dom|@mantine|@observablehq|zustand|idb|@tensorflow)/' },
    },
    {
      name: 'no-dev-packages',
      severity: 'error',
      comment: 'The page is made of run-time packages only.',
      from: { path: '^src/', pathNot: [TEST, '[.]d[.]ts$'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-tests-in-code',
      severity: 'error',
      comment: 'Only tests import tests.',
      from: { path: '^src/', pathNot: TEST },
      to: { path: TEST },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '^node_modules/' },
    // The page knows a worker's first file by its address only, not as code. That it stays so is checked in
    // vite.config.ts, where the page's modules are known for certain.
    exclude: { path: WORKER_ENTRY },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs'] },
  },
};
