export { type ExecutedExample, executeExamples } from './execute-examples.ts';
export { spreadOperations } from './spread-operations.ts';
