using Dormouse.Schema.Binding;

namespace Dormouse.Schema.Validation;

/// <summary>The rule that the fields of one relation can be told apart from those of another.</summary>
internal static class AmbiguityRules
{
    /// <summary>Reports each group of fields that could belong to one relation and are too many for it; true if there is none.</summary>
    public static bool Check(BindingContext context)
    {
        bool isClear = true;
        Dictionary<(int Target, string Name), List<FieldEntry>> groups = [];
        foreach (ModelEntry model in context.Models)
        {
            groups.Clear();
            foreach (FieldEntry field in model.Fields)
            {
                if (field.Relation is null)
                {
                    continue;
                }
                (int, string) key = (field.Target!.Position, RelationNames.Of(field));
                if (!groups.TryGetValue(key, out List<FieldEntry>? fields))
                {
                    groups.Add(key, fields = []);
                }
                fields.Add(field);
            }
            foreach (List<FieldEntry> fields in groups.Values)
            {
                bool isNamed = fields[0].Relation!.ExplicitRelationName is not null;
                bool isPair = fields.Count == 2 && isNamed && fields[0].Owner == fields[0].Target;
                if (fields.Count > 1 && !isPair)
                {
                    context.Report(RelationRuleMessages.Ambiguous(fields[0], fields, isNamed));
                    isClear = false;
                }
            }
        }
        return isClear;
    }
}
