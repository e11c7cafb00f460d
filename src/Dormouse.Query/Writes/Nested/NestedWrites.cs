using Dormouse.Query.Failures;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Nested;

/// <summary>What a write does with the records behind a relation of its own record.</summary>
internal static class NestedWrites
{
    public static void Add(WriteBuilder builder, GraphNode parent, NestedData nested)
    {
        foreach (var (operation, value) in nested.Operations.Fields)
        {
            var place = new NestedPlace(builder, parent, nested.Field);
            switch (operation)
            {
                case "create":
                    NestedCreate.Add(place, value);
                    break;
                case "createMany":
                    NestedCreate.AddMany(place, value);
                    break;
                case "connect":
                    NestedConnect.Add(place, value);
                    break;
                case "connectOrCreate":
                    NestedConnectOrCreate.Add(place, value);
                    break;
                case "disconnect":
                    NestedDisconnect.Add(place, value);
                    break;
                case "set":
                    NestedSet.Add(place, value);
                    break;
                case "update":
                    NestedUpdate.Add(place, value);
                    break;
                case "updateMany":
                    NestedUpdate.AddMany(place, value);
                    break;
                case "upsert":
                    NestedUpsert.Add(place, value);
                    break;
                case "delete":
                    NestedDelete.Add(place, value);
                    break;
                case "deleteMany":
                    NestedDelete.AddMany(place, value);
                    break;
                default:
                    throw PlanFailure.Plain($"The nested operation '{operation}' is not known.");
            }
        }
    }
}
