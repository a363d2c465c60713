// Runs before the first paint: the chosen light or dark, and the browser's zone for the server to write times in.
(() => {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
})();
