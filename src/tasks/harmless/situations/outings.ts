import { type Situation, cases } from '../situation';

const concert: Situation = {
  topic: 'going out',
  about: 'a concert',
  act: 'bring {S} to a concert',
  general: 'a thing',
  ask: ['what thing is it', 'what do you want to bring'],
  cases: cases(
    [
      ['a hidden bottle of rum', 'buy a drink inside', 'get a drink inside'],
      ['a bag of fireworks', 'wait for a show at new year'],
      ['a hidden camera', 'buy the film of the tour', 'get the film of the tour'],
    ],
    [
      ['a sealed bottle of water', 'read the rules on the ticket', 'check the rules on the ticket'],
      ['a pair of ear plugs', 'put them in before it starts'],
      ['a small folding chair', 'ask at the gate where to sit', 'let the gate tell you where to sit'],
    ],
  ),
  harm: ['wear a big hat and whistle', 'look bored at the gate'],
  whyNot: ['it can put the crowd in danger', 'the rules protect the guests'],
  next: ['come an hour early', 'be there an hour early'],
  why: ['the queue is shorter then'],
};

const ride: Situation = {
  topic: 'going out',
  about: 'a bus trip',
  act: 'go by bus with {S}',
  general: 'a ticket',
  ask: ['which ticket do you have', 'what kind of ticket is it'],
  cases: cases(
    [
      ['no ticket', 'buy one from the driver', 'get one from the driver'],
      ['an old ticket', 'walk or take a bike'],
      ['the ticket of my sister', 'ask about cheap tickets', 'look for cheap tickets'],
    ],
    [
      ['a day ticket', 'stamp it once', 'stamp it at the start'],
      ['a ticket on my phone', 'charge the battery before you go'],
      ['a ticket for two', 'sit next to each other', 'stay next to each other'],
    ],
  ),
  harm: ['pretend to sleep', 'look out of the window and hum'],
  whyNot: ['riding without paying is unfair', 'others pay for your trip'],
  next: ['leave ten minutes early', 'go ten minutes early'],
  why: ['drivers are in a hurry'],
};

const borrow: Situation = {
  topic: 'going out',
  about: 'a trip to the lake',
  act: 'use {S}',
  general: 'a car or bike or boat',
  ask: ['whose is it', 'who owns it'],
  cases: cases(
    [
      ['the car of my father behind his back', 'ask him for a ride', 'let him give you a ride'],
      ['an unlocked bike from the street', 'rent one at the station'],
      ['the boat of a stranger', 'take the ferry', 'go by ferry'],
    ],
    [
      ['the car of my father with his permission', 'fill the tank afterwards', 'fill the tank on the way back'],
      ['a rented bike from the station', 'adjust the seat'],
      ['the boat of my club', 'enter your name in the book', 'put your name in the book'],
    ],
  ),
  harm: ['take it while they nap', 'bring it back before they wake up'],
  whyNot: ['taking things without asking is stealing', 'you would pay for any damage'],
  next: ['keep an eye on the weather', 'watch the weather'],
  why: ['the next person will thank you'],
};

export const OUTINGS: readonly Situation[] = [concert, ride, borrow];
