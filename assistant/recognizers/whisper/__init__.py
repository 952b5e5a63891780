"""Whisper, run by CTranslate2 in a process of its own (extra `[asr]`)."""
