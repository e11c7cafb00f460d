using System.Text;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Joins;

/// <summary>The join of values that are no rows of tables; no plan for PostgreSQL that is known needs it.</summary>
internal static class RecordJoin
{
    public static PlanValue Attach(PlanValue parents, JoinChild join, PlanValue children, bool strict)
    {
        var isList = parents is ListValue or Rows.RowsValue;
        var records = Lists.ItemsOf(parents).Select(Lists.RecordOf).ToList();
        var byKey = new Dictionary<string, List<PlanValue>>();
        var loose = strict ? null : records;
        foreach (var child in Lists.ItemsOf(children).Where(c => c is not NullValue))
        {
            var key = RecordKey.Of(loose is null ? child : Cast(child, join, loose), join.ChildKeys);
            if (!byKey.TryGetValue(key, out var found))
            {
                byKey[key] = found = [];
            }

            found.Add(child);
        }

        foreach (var record in records)
        {
            var found = byKey.GetValueOrDefault(RecordKey.Of(new RecordValue(record), join.ParentKeys));
            record[join.ParentField] = join.IsUnique ? found?[^1] ?? NullValue.Instance : new ListValue(found ?? []);
        }

        var results = records.ConvertAll(PlanValue (r) => new RecordValue(r));
        return isList ? new ListValue(results) : results[0];
    }

    /// <summary>The child with its keys in the types that the parents' keys have.</summary>
    private static RecordValue Cast(PlanValue child, JoinChild join, List<OrderedDictionary<string, PlanValue>> parents)
    {
        var record = Lists.RecordOf(child);
        for (var i = 0; i < join.ChildKeys.Length; i++)
        {
            if (!record.TryGetValue(join.ChildKeys[i], out var value) || value.IsNullish)
            {
                continue;
            }

            var sample = parents
                .Select(p => p.TryGetValue(join.ParentKeys[i], out var key) ? key : NullValue.Instance)
                .FirstOrDefault(k => !k.IsNullish);
            record[join.ChildKeys[i]] = (sample, value) switch
            {
                (NumberValue, TextValue text) => new NumberValue(JsNumber.Parse(text.Utf8.Span)),
                (TextValue, NumberValue number) => TextValue.Of(Encoding.UTF8.GetString(number.Text.Span)),
                _ => value,
            };
        }

        return new RecordValue(record);
    }
}
