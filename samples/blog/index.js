import { PrismaClient } from '@prisma/client'

const url = process.env.DATABASE_URL
if (!url) {
  console.error('Set DATABASE_URL to the Prisma URL that ./dormouse printed; ./dormouse connection create blog --name app --url makes one.')
  process.exit(1)
}

const prisma = new PrismaClient({ accelerateUrl: url })

try {
  const posts = await prisma.post.findMany({
    where: { published: true },
    orderBy: { createdAt: 'asc' },
    include: { author: true, _count: { select: { comments: true } } },
  })
  for (const post of posts) {
    const day = post.createdAt.toISOString().slice(0, 10)
    console.log(`${day}  ${post.title}, by ${post.author.name} (comments: ${post._count.comments})`)
  }
} finally {
  await prisma.$disconnect()
}
