export { evaluateSpoken, type SpokenEvaluation, type SpokenQuality } from './evaluate-spoken.ts';
export { type Evaluation, evaluateTexts, type Quality } from './evaluate-texts.ts';
export { type LabelledText, NotLabelledTexts, readLabelledTexts } from './labelled-texts.ts';
