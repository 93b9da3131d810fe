"""What a check saw of a switch: whole sentences, with named places for values."""

from __future__ import annotations

NO_SWITCH = "The lab's plan has no such switch."
NOT_RUNNING = "{switch} does not run, so no port of it carries anything: start it."

CALL_TAKES = "A call takes the ports {ports}."
ENOUGH_CALLS = "{switch} carries {seen} calls at this moment."
ENOUGH_ONE = "{switch} carries 1 call at this moment."
TOO_FEW_CALLS = "{switch} carries {seen} calls at this moment; the exercise asks for {wanted}."
TOO_FEW_ONE = "{switch} carries 1 call at this moment; the exercise asks for {wanted}."
TOO_FEW_NONE = "{switch} carries no call at this moment; the exercise asks for {wanted}."

ALL_FREE = "All {count} voice ports of {switch} are idle."
NOT_FREE = "Voice port {port} is not free: {state}."

STATION_THERE = "{switch} has a station at port {port}."
STATION_READY = "Its DN is {dn}, and it is in service."
NO_PORT = "{switch} has no port {port}, and no station with DN {dn}. Program it on the console of the switch."
NO_STATION = "Port {port} of {switch} is no station: {kind}."
NO_DN = "It has no DN yet: assign {dn} to it on the console of the switch."
OTHER_DN = "Its DN is {seen}; {dn} was asked for."
DN_ELSEWHERE = "{switch} has DN {dn} at port {elsewhere}; port {port} was asked for."
OUT_OF_SERVICE = "Its DN is {dn}, and it is out of service: release it on the console of the switch."
IS_CALLED = "A call joins {caller} and {dn} at this moment."
NOT_CALLED = 'No call joins {caller} and {dn} at this moment:  await desk.call("{caller}", "{dn}")'
