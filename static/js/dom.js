// Small helpers shared by the other modules.

/** Call `handler(event, element)` for events of `type` from inside elements matching `selector`. */
export function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) handler(event, element);
    },
    options,
  );
}

/** Call `start(root)` for the page now and for each fragment htmx brings. */
export function whenLoaded(start) {
  start(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) start(event.detail.elt);
  });
}

/** Elements matching `selector` in `root`, itself included. */
export function all(selector, root = document) {
  const found = [...root.querySelectorAll(selector)];
  return root.matches?.(selector) ? [root, ...found] : found;
}

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function isTyping(target) {
  return Boolean(target?.closest?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true]"));
}

export function isVisible(element) {
  return element.getClientRects().length > 0 && !element.closest("[inert]");
}

export function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
  try {
    localStorage.setItem(name, value);
  } catch {
    // private windows may refuse; the cookie is enough
  }
}

const loading = new Map();

/** Load a classic script once; the address is that of `<meta name="sky:...">`. */
export function script(name) {
  if (!loading.has(name)) {
    const address = document.querySelector(`meta[name="sky:${name}"]`)?.content;
    loading.set(
      name,
      new Promise((resolve, reject) => {
        const element = el("script", { src: address });
        element.onload = resolve;
        element.onerror = () => {
          loading.delete(name);
          reject(new Error(`could not load ${address}`));
        };
        document.head.append(element);
      }),
    );
  }
  return loading.get(name);
}
