import { describe } from 'vitest';
import { testPanel } from '../testing/panelTests';
import { harmless } from '.';

// Judges are taught by people who like a warm answer that explains itself.
describe('the panel', () => testPanel(harmless, { polite: 1.8, sympathy: 1.8, why: 1.3 }, 'refuse'));
