using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs;

/// <summary>
/// What may be asked of a schema: the types of arguments and answers, as Prisma's query schema has them. Built piece by piece when a
/// query needs it, and kept.
/// </summary>
internal sealed class QuerySchema(PrismaSchema schema)
{
    public PrismaSchema Schema { get; } = schema;
}
