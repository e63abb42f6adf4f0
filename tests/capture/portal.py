"""portal.py FOLDER [access|login1]: a portal that does what FOLDER/plan says and notes every call in FOLDER/calls; or (access) the
dialogue for permission that the real portal must have behind it, answered with yes; or (login1) a keeper of sessions, whose session is
locked if there is a FOLDER/locked. On the session bus of its environment."""
import json
import os
import shutil
import sys

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

FOLDER = sys.argv[1]
OBJECT = '/org/freedesktop/portal/desktop'
REQUEST = 'org.freedesktop.portal.Request'


def note(**call):
	with open(FOLDER + '/calls', 'a', encoding='utf-8') as f:
		f.write(json.dumps(call) + '\n')


def plan():
	with open(FOLDER + '/plan', encoding='utf-8') as f:
		return json.load(f)


class Portal(dbus.service.Object):
	@dbus.service.method('org.freedesktop.DBus.Properties', in_signature='ss', out_signature='v')
	def Get(self, interface, name):
		assert (interface, name) == ('org.freedesktop.portal.Screenshot', 'version')
		return dbus.UInt32(plan().get('version', 2))

	@dbus.service.method('org.freedesktop.portal.Screenshot', in_signature='sa{sv}', out_signature='o', sender_keyword='sender',
		async_callbacks=('ok', 'error'))
	def Screenshot(self, parent, options, ok, error, sender):
		p = plan()
		path = '%s/request/%s/%s' % (OBJECT, sender[1:].replace('.', '_'), options['handle_token'])
		note(call='Screenshot', interactive=bool(options.get('interactive')), path=path)
		if p.get('how') == 'exit':
			os._exit(0)
		if p.get('how') == 'error':
			return error(dbus.DBusException('no', name='org.freedesktop.portal.Error.NotAllowed'))
		if p.get('how') == 'mute':
			return None
		Request(self.connection, path)
		ok(dbus.ObjectPath(path))
		for source, target in p.get('write', []):
			shutil.copyfile(source, target)
		if p.get('how') == 'forged':  # another program on the bus answers first
			self.answer(dbus.SessionBus(private=True), path, 0, p['forged'])
		if p.get('how') != 'silent':
			self.answer(self.connection, path, p.get('response', 0), p.get('uri'))
		return None

	@staticmethod
	def answer(bus, path, response, uri):
		m = dbus.lowlevel.SignalMessage(path, REQUEST, 'Response')
		results = {'other': dbus.Array([1, 2], signature='u')}
		if uri is not None:
			results['uri'] = uri
		m.append(dbus.UInt32(response), dbus.Dictionary(results, signature='sv'), signature='ua{sv}')
		bus.send_message(m)
		bus.flush()


class Request(dbus.service.Object):
	@dbus.service.method(REQUEST)
	def Close(self):
		note(call='Close', path=self.__dbus_object_path__)


class Access(dbus.service.Object):
	@dbus.service.method('org.freedesktop.impl.portal.Access', in_signature='osssssa{sv}', out_signature='ua{sv}')
	def AccessDialog(self, handle, app, parent, title, subtitle, body, options):
		return dbus.UInt32(0), dbus.Dictionary({}, signature='sv')


class Sessions(dbus.service.Object):
	@dbus.service.method('org.freedesktop.DBus.Properties', in_signature='ss', out_signature='v')
	def Get(self, interface, name):
		assert (interface, name) == ('org.freedesktop.login1.Session', 'LockedHint')
		return dbus.Boolean(os.path.exists(FOLDER + '/locked'))


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
kind, path, name = {'': (Portal, OBJECT, 'org.freedesktop.portal.Desktop'), 'access': (Access, OBJECT, 'org.freedesktop.impl.portal.desktop.test'),
	'login1': (Sessions, '/org/freedesktop/login1/session/auto', 'org.freedesktop.login1')}[''.join(sys.argv[2:])]
here = kind(bus, path)
owned = dbus.service.BusName(name, bus, do_not_queue=True)
GLib.MainLoop().run()
