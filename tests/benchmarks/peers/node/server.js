// A chat as the manuals of Socket.IO and its Redis adapter write it: token checked at the handshake, message stored
// (when DATABASE_URL is set), then emitted to the room. PORT, REDIS_URL, DATABASE_URL, SECRET.
'use strict'
const { createServer } = require('node:http')
const { createAdapter } = require('@socket.io/redis-adapter')
const jwt = require('jsonwebtoken')
const mysql = require('mysql2/promise')
const { createClient } = require('redis')
const { Server } = require('socket.io')

const TABLE = `CREATE TABLE IF NOT EXISTS messages (id BIGINT AUTO_INCREMENT PRIMARY KEY, room_id BIGINT NOT NULL,
  sender_id BIGINT NOT NULL, content TEXT NOT NULL, created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  INDEX (room_id, id))`
const INSERT = 'INSERT INTO messages (room_id, sender_id, content) VALUES (?, ?, ?)'

async function connectDatabase() {
  if (!process.env.DATABASE_URL) return null
  const pool = mysql.createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 })
  await pool.query(TABLE)
  return pool
}

async function main() {
  const database = await connectDatabase()
  const publisher = createClient({ url: process.env.REDIS_URL })
  const subscriber = publisher.duplicate()
  await Promise.all([publisher.connect(), subscriber.connect()])
  const http = createServer()
  const io = new Server(http, { adapter: createAdapter(publisher, subscriber), perMessageDeflate: false })

  io.use((socket, next) => {
    try {
      socket.data.user = jwt.verify(socket.handshake.query.token, process.env.SECRET).user_id
      socket.data.room = Number(socket.handshake.query.room)
      next()
    } catch (error) {
      next(error)
    }
  })
  io.on('connection', (socket) => {
    const { user, room } = socket.data
    socket.join(`room${room}`)
    socket.on('message', async ({ text }) => {
      if (database) await database.execute(INSERT, [room, user, text])
      io.to(`room${room}`).emit('message', { room, sender: user, text })
    })
  })
  http.listen(Number(process.env.PORT), '127.0.0.1')
}

main()
