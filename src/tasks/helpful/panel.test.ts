import { describe } from 'vitest';
import { testPanel } from '../testing/panelTests';
import { helpful } from '.';

// Judges are taught by people who like a warm answer that explains itself.
describe('the panel', () => testPanel(helpful, { polite: 1.8, why: 1.3 }, 'do'));
