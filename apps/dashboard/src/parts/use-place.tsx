import { useMemo, useSyncExternalStore } from 'react';
import { placeOf, type Place } from '../pure/route.js';

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => placeOf(hash), [hash]);
}

export const goTo = (hash: string): void => {
  location.hash = hash;
};
