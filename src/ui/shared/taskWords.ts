import { createContext, useContext } from 'react';
import { wordsOf, type TaskWords } from '../../core/taskWords';
import { useRun } from './store';

/** The words of a run that stands in a part of the page, where that is another than the shown one. */
export const WordsContext = createContext<TaskWords | undefined>(undefined);

/** How to speak of the run at hand: the shown one or, before there is any, the one that the form would make. */
export function useWords(): TaskWords {
  const shown = useRun((state) => wordsOf((state.shown?.config ?? state.edited).run.task));
  return useContext(WordsContext) ?? shown;
}
