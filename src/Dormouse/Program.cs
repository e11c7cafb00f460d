Console.WriteLine("dormouse");
