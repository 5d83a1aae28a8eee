// telegram-test-api, a Bot API server that others wrote, with what current clients need and it
// lacks: is_bot, chat_instance, dates in seconds, secret_token, long polling, error bodies.
// Usage: node shim.js PORT   (0: any free one; the port is printed as "up PORT")
'use strict';
const { routes } = require('telegram-test-api/lib/routes');
const { TelegramServer } = require('telegram-test-api/lib/telegramServer');
const axios = require('axios');

const seconds = () => Math.floor(Date.now() / 1000);
const ok = (res, result) => res.json({ ok: true, result });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The secret of a webhook and the updates that it did not take.
routes.unshift((app, server) => {
  app.all('/bot:token/getMe', (req, res) => ok(res, {
    id: 666, is_bot: true, first_name: 'Test', username: 'TestNameBot', can_join_groups: true,
    can_read_all_group_messages: false, supports_inline_queries: false,
  }));
  app.all('/bot:token/setWebhook', (req, res) => {
    server.setWebhook({ ...req.query, ...req.body }, req.params.token);
    ok(res, true);
  });
  app.all('/bot:token/deleteWebhook', (req, res) => {
    server.deleteWebhook(req.params.token);
    ok(res, true);
  });
  app.all('/bot:token/getWebhookInfo', (req, res) => {
    const hook = server.webhooks[req.params.token];
    ok(res, { url: hook ? hook.url : '', has_custom_certificate: false, pending_update_count: 0 });
  });
  app.all('/bot:token/getUpdates', async (req, res) => {
    const until = Date.now() + 1000 * Number(req.body.timeout || req.query.timeout || 0);
    let gone = false;
    res.on('close', () => { gone = true; });
    while (!gone) {
      const updates = server.getUpdates(req.params.token);
      if (updates.length || Date.now() >= until) { ok(res, updates); return; }
      await pause(20);
    }
  });
  const accepted = ['sendChatAction', 'setMyCommands', 'deleteMyCommands', 'setMessageReaction'];
  for (const method of accepted) {
    app.all(`/bot:token/${method}`, (req, res) => ok(res, true));
  }
  app.all('/bot:token/answerCallbackQuery', (req, res) => {
    server.answered = [...(server.answered || []), req.body.callback_query_id];
    ok(res, true);
  });
  app.get('/answered', (req, res) => res.json(server.answered || []));
  // Telegram answers 404 for a method it does not have; the original answers 500.
  app.all('/bot:token/sendMessageDraft', (req, res) => {
    res.status(404).json({ ok: false, error_code: 404, description: 'Not Found' });
  });
  app.all('/bot:token/editMessageText', (req, res) => {
    server.editMessageText(req.body);
    ok(res, {
      message_id: Number(req.body.message_id) || 1, date: seconds(), text: req.body.text,
      chat: { id: Number(req.body.chat_id) || 1, type: 'private' },
    });
  });
  for (const method of ['sendPhoto', 'sendVoice', 'sendDocument']) {
    app.all(`/bot:token/${method}`, (req, res) => {
      const pieces = [];
      req.on('data', (piece) => pieces.push(piece));
      req.on('end', () => {
        const body = Buffer.concat(pieces).toString('latin1');
        const found = /name="chat_id"\r\n\r\n(-?\d+)/.exec(body);
        const chat = found ? Number(found[1]) : 1;
        const text = `[${method}]`;
        server.addBotMessage({ chat_id: String(chat), text }, req.params.token);
        ok(res, {
          message_id: server.messageId, date: seconds(), chat: { id: chat, type: 'private' },
        });
      });
    });
  }
});

const formatUpdate = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (update) => {
  const formatted = formatUpdate(update);
  const query = formatted.callback_query;
  if (query && !query.chat_instance) query.chat_instance = '1';
  return formatted;
};

const addBotMessage = TelegramServer.prototype.addBotMessage;
TelegramServer.prototype.addBotMessage = function addWithSeconds(message, token) {
  const preview = message.link_preview_options;
  const options = typeof preview === 'string' ? { link_preview_options: JSON.parse(preview) } : {};
  return { ...addBotMessage.call(this, { ...message, ...options }, token), date: seconds() };
};

// The original ends the process when a webhook does not answer 2xx, and sends no secret.
TelegramServer.prototype.addUserUpdate = async function deliver(update) {
  const hook = this.webhooks[update.botToken];
  if (hook && hook.url) {
    const secret = { 'X-Telegram-Bot-Api-Secret-Token': hook.secret_token };
    try {
      const answer = await axios({
        url: hook.url,
        method: 'POST',
        data: TelegramServer.formatUpdate(update),
        validateStatus: () => true,
        headers: hook.secret_token ? secret : {},
      });
      const call = answer.data || {};
      if (call.method === 'sendMessage') this.addBotMessage(call, update.botToken);
      if (call.method === 'answerCallbackQuery') {
        this.answered = [...(this.answered || []), call.callback_query_id];
      }
    } catch (error) {
      console.log(`webhook failed: ${error.message}`);
    }
  } else {
    this.storage.userMessages.push(update);
  }
  this.updateId += 1;
};

const wanted = Number(process.argv[2] || process.env.PORT || 0);
const server = new TelegramServer({ port: wanted || 1, host: '127.0.0.1', storeTimeout: 600 });
server.config.port = wanted;
server.start().then(() => console.log(`up ${server.server.address().port}`));
// Whoever started us holds our stdin; when it closes, we are of no more use.
process.stdin.on('end', () => process.exit(0)).resume();
