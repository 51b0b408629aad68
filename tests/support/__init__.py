"""Servers, proxies and builders that tests share."""
