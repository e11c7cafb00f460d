using Dormouse.Schema.Binding;

namespace Dormouse.Schema.Validation;

/// <summary>The rule that the fields of one relation can be told apart from those of another.</summary>
internal static class AmbiguityRules
{
    /// <summary>Reports each group of fields that could belong to one relation and are too many for it; true if there is none.</summary>
    public static bool Check(BindingContext context)
    {
        bool isClear = true;
        // For each model the last one that was seen to lead to it, by its number from 1.
        int[] ledFrom = new int[context.Models.Count];
        foreach (ModelEntry model in context.Models)
        {
            bool isClose = false;
            foreach (FieldEntry field in model.RelationFields)
            {
                ref int from = ref ledFrom[field.Target!.Position];
                isClose |= from == model.Position + 1;
                from = model.Position + 1;
            }
            isClear &= !isClose || Check(context, model);
        }
        return isClear;
    }

    /// <summary>Checks a model of which several fields lead to the same one.</summary>
    private static bool Check(BindingContext context, ModelEntry model)
    {
        bool isClear = true;
        Dictionary<(ModelEntry Target, string Name), List<FieldEntry>> groups = [];
        foreach (FieldEntry field in model.RelationFields)
        {
            (ModelEntry, string) key = (field.Target!, RelationNames.Of(field));
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
        return isClear;
    }
}
