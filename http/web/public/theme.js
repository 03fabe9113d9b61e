// Runs before the first paint, so that a chosen colour scheme does not flash; a file, because the policy of the pages forbids inline scripts.
try {
  const theme = localStorage.getItem('writ-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is off: the system's scheme stands.
}
