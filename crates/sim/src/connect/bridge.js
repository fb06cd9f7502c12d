// The host's side of the bridge: opens the app's page in a frame, and does what it asks for.
// Only messages of that frame from the app's own origin count, and answers go to that origin only.
(() => {
  const frame = JSON.parse(document.getElementById('frame').textContent);
  const appOrigin = new URL(frame.url).origin;
  const main = document.querySelector('main');
  const root = document.documentElement;

  const iframe = document.createElement('iframe');
  iframe.title = frame.title;
  // What the page cannot have from its address, which may be cacheable.
  iframe.name = JSON.stringify({ origin: location.origin, channel: frame.channel, contextPath: frame.context_path });
  iframe.src = frame.url;
  main.append(iframe);
  document.getElementById('person').textContent = frame.display_name;

  const send = (message) => iframe.contentWindow.postMessage({ ...message, channel: frame.channel }, appOrigin);

  function setTheme(theme) {
    root.dataset.colorMode = theme;
    document.getElementById('theme').textContent = theme === 'dark' ? 'Light theme' : 'Dark theme';
  }
  setTheme(frame.theme === 'dark' ? 'dark' : 'light');
  document.getElementById('theme').addEventListener('click', () => {
    setTheme(root.dataset.colorMode === 'dark' ? 'light' : 'dark');
    send({ type: 'theme', theme: root.dataset.colorMode });
  });

  async function json(url, body) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    return answer.json();
  }

  // A request of the app to the product, as whoever looks; only below the product.
  async function request({ url, type = 'GET', data, contentType, headers = {} }) {
    const whole = new URL(`${frame.context_path}${url.startsWith('/') ? '' : '/'}${url}`, location.origin);
    if (whole.origin !== location.origin || whole.pathname.startsWith('/_sim')) throw new Error('not of the product');
    const all = { accept: 'application/json', ...headers, authorization: `Bearer ${frame.user_token}` };
    if (data !== undefined) all['content-type'] = contentType ?? 'application/json';
    const body = data === undefined || typeof data === 'string' ? data : JSON.stringify(data);
    const answer = await fetch(whole, { method: type, headers: all, body });
    return { status: answer.status, statusText: answer.statusText, responseText: await answer.text() };
  }

  const deeds = {
    getToken: async () => {
      const { product, app, as, context } = frame;
      return (await json('/_sim/connect/token', { product, app, as, context, method: 'GET' })).token;
    },
    getContext: async () => frame.context[frame.product] ?? {},
    getCurrentUser: async () => ({ atlassianAccountId: frame.account_id }),
    getLocation: async () => location.href,
    getTheme: async () => root.dataset.colorMode,
    request,
    resize: async ({ width, height }) => {
      const size = (value) => (/^\d+$/.test(value) ? `${value}px` : String(value));
      if (width) iframe.style.width = size(width);
      if (height) iframe.style.height = size(height);
    },
  };

  const late = setTimeout(() => main.classList.replace('waiting', 'failed'), 20_000);

  addEventListener('message', async (event) => {
    const message = event.data;
    if (event.origin !== appOrigin || event.source !== iframe.contentWindow) return;
    if (!message || message.channel !== frame.channel) return;
    if (message.type === 'ready') {
      clearTimeout(late);
      main.classList.remove('waiting', 'failed');
      send({ type: 'welcome', theme: root.dataset.colorMode });
    } else if (message.type === 'call' && Object.hasOwn(deeds, message.deed)) {
      try {
        send({ type: 'answer', id: message.id, value: await deeds[message.deed](message.options ?? {}) });
      } catch (error) {
        send({ type: 'answer', id: message.id, error: error.message });
      }
    }
  });
})();
