/** Light or dark: as the system says, until the reader says otherwise. */
import { useEffect, useState } from 'react';

const KEPT_AS = 'saga-dashboard-theme';
const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const WORDS: Readonly<Record<Theme, string>> = {
  system: 'System',
  light: 'Light',
  dark: 'Dark',
};

const kept = (): Theme =>
  THEMES.find((theme) => theme === localStorage.getItem(KEPT_AS)) ?? 'system';

// before anything is shown
document.documentElement.dataset['theme'] = kept();

export function ThemeSwitch() {
  const [theme, setTheme] = useState(kept);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(KEPT_AS, theme);
  }, [theme]);
  return (
    <select
      aria-label="Colours"
      value={theme}
      onChange={({ target }) => setTheme(THEMES.find((one) => one === target.value) ?? 'system')}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {WORDS[one]}
        </option>
      ))}
    </select>
  );
}
