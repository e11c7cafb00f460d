using Dormouse.Schema.Binding;

namespace Dormouse.Schema.Validation;

/// <summary>The rule that the fields of one relation can be told apart from those of another.</summary>
internal static class AmbiguityRules
{
    /// <summary>Among more fields a table is faster than to look at each pair.</summary>
    private const int MostPaired = 16;

    /// <summary>Checks all models; true if all is clear.</summary>
    public static bool Check(BindingContext context)
    {
        bool isClear = true;
        foreach (ModelEntry model in context.Models)
        {
            isClear &= Check(context, model);
        }
        return isClear;
    }

    /// <summary>
    /// Reports each group of a model's fields that could belong to one relation and are too many for it; true if there is none.
    /// </summary>
    public static bool Check(BindingContext context, ModelEntry model)
    {
        if (!MayBeAmbiguous(model.RelationFields))
        {
            return true;
        }
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

    /// <summary>Most models lead to each other one only once.</summary>
    private static bool MayBeAmbiguous(FieldEntry[] fields)
    {
        for (int index = 1; index < fields.Length && fields.Length <= MostPaired; index++)
        {
            for (int before = 0; before < index; before++)
            {
                if (fields[before].Target == fields[index].Target)
                {
                    return true;
                }
            }
        }
        return fields.Length > MostPaired;
    }
}
