"""Realtime sessions as WebRTC calls: audio as media tracks, events over a data channel."""
