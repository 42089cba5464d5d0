// Light or dark: as the system has it, until the reader says otherwise on this page.

export function offerThemes(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-button]");
  button?.addEventListener("click", () => {
    const root = document.documentElement;
    const isDark =
      (root.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    root.dataset["theme"] = isDark ? "light" : "dark";
  });
}
