"""The OpenAI Realtime protocol, GA event names: logic without I/O, and a thin asyncio shell around it."""
