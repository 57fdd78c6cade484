export * from './differentiate';
export * from './likelihood';
export * from './masked';
export * from './policyGradient';
export * from './preference';
export * from './returns';
