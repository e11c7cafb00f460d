using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary>A database that was just made, with the one sight of its key, if it has a new one.</summary>
internal static class NewDatabaseText
{
    public static void Write(TextWriter output, DatabaseResource database)
    {
        output.WriteLine($"{database.Id}  {database.Name}  {database.State}");
        if (database.Urls is { } urls)
        {
            UrlText.Write(output, urls);
            output.WriteLine("The URL holds a key that is not kept: it is not shown again.");
        }
    }
}
